// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/settings.hpp"

namespace postern::app {

/// Runs the gateway until SIGINT or SIGTERM: then it drains (a second signal ends it at once). The process's
/// exit code.
int run_gateway(const config::Settings& settings);

}  // namespace postern::app
