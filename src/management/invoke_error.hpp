// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "management/admin_reply.hpp"

#include <cstddef>
#include <string_view>

/// The errors of Lambda's Invoke, spelled so that SDKs make their typed exceptions of them.
namespace postern::management::invoke_error {

/// `type` as in x-amzn-ErrorType; `message` may hold any bytes.
AdminReply make(int status, std::string_view type, std::string_view message);

/// 413: the body is larger than the quota of its kind.
AdminReply too_large(std::size_t bytes_max);

/// 404. `arn` is the function's.
AdminReply not_found(std::string_view arn);

/// 429. `reason` is one of AWS's ThrottleReason.
AdminReply throttled(std::string_view reason);

}  // namespace postern::management::invoke_error
