// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/serverless/functions.hpp"
#include "config/serverless/intrinsics.hpp"
#include "config/serverless/service.hpp"
#include "config/serverless/variables.hpp"
#include "config/translation.hpp"

#include <vector>

namespace postern::config::serverless {

/// The native file's `apis`: the one WebSocket API that the `websocket` events of the functions make. A file
/// without any is a mistake.
Node native_apis(Variables& file,
                 const Service& service,
                 const std::vector<FunctionEntry>& functions,
                 Intrinsics& intrinsics,
                 Translation& out);

}  // namespace postern::config::serverless
