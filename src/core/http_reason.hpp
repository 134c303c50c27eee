// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace postern {

/// The reason phrase of an HTTP status (RFC 9110 section 15); "" for one that is not used here.
std::string_view http_reason(int status);

}  // namespace postern
