// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/check_report.hpp"
#include "config/settings.hpp"

#include <string>
#include <vector>

namespace postern::config {

/// What routes call is there: the plugins, built-in handlers and functions that their integrations name. And
/// each function says what it takes to run it.
void check_integrations(const Settings& settings,
                        const std::vector<std::string>& builtin_handlers,
                        CheckReport& report);

}  // namespace postern::config
