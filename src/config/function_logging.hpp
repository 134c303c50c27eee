// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"

#include <string>
#include <vector>

namespace postern::config {

/// What is to be said of a part of a function's LoggingConfig.
struct LoggingFinding {
    std::string name;  ///< "LogFormat", as it is written
    Position where;
    std::string text;
    bool is_mistake = false;  ///< otherwise it has no effect here
};

/// What Lambda tells a function of its LoggingConfig: the variables AWS_LAMBDA_LOG_FORMAT and
/// AWS_LAMBDA_LOG_LEVEL, unless `environment` has them. Names begin with a capital in templates, and without
/// one in a serverless.yml.
std::vector<LoggingFinding> add_logging(const Node& config, Node& environment);

}  // namespace postern::config
