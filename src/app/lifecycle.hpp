// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/reloader.hpp"
#include "config/settings.hpp"

#include <string>
#include <vector>

namespace postern::app {

struct RunOptions {
    Reloader::Load load;                   ///< what SIGHUP asks for
    std::string file;                      ///< the configuration file, "" when there is none
    std::vector<std::string> other_files;  ///< that were read with it
    bool watches_files = false;  ///< reload whenever a file of the configuration, or of a function, changes
};

/// Runs the gateway until SIGINT or SIGTERM: then it drains (a second signal ends it at once). SIGHUP reloads
/// the configuration. The process's exit code.
int run_gateway(const config::Settings& settings, const RunOptions& options);

}  // namespace postern::app
