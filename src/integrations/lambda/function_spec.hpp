// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/model.hpp"
#include "integrations/lambda/function_options.hpp"

#include <string>

namespace postern::integrations::lambda {

/// One function of a configuration, with all that its instances are told.
struct FunctionSpec {
    api::Function function;  ///< paths are absolute
    std::string arn;
    std::string region;
    /// What the gateway adds to the environment so that the function's SDK finds it: credentials, endpoints,
    /// certificates (app). The user's variables win.
    api::StringMap gateway_environment;
    FunctionOptions options;
    std::string log_group_directory;  ///< where its log group is a file; "" sends the lines to stdout

    bool operator==(const FunctionSpec&) const = default;
};

}  // namespace postern::integrations::lambda
