// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/overlay.hpp"

#include <map>
#include <string>
#include <vector>

namespace postern::config {

/// What one environment variable sets.
struct Variable {
    std::string name;  ///< POSTERN_GATEWAY_LIMITS_IDLE_TIMEOUT
    std::string path;  ///< gateway.limits.idleTimeout
};

/// Every variable there is: region, accountId and all of gateway.
const std::vector<Variable>& variables();

/// The settings of an environment. Each variable may instead be given as NAME_FILE, the path of a file that
/// holds the value. A POSTERN_ variable that is neither known nor another program's is a problem.
Overrides environment_overrides(const std::map<std::string, std::string>& environment);

}  // namespace postern::config
