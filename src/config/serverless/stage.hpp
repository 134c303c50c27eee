// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/serverless/service.hpp"
#include "config/serverless/variables.hpp"

namespace postern::config::serverless {

/// The native API's `stages`: the one of the service, with its logs as provider.logs.websocket has them.
Node native_stages(Variables& file, const Service& service);

}  // namespace postern::config::serverless
