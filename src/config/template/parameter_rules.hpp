// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"

#include <string>

namespace postern::config::templates {

/// What is wrong with a parameter's Type; "" when CloudFormation has it.
std::string why_no_parameter_type(const std::string& type);

/// What is wrong with a value, by the parameter's type, AllowedValues, MinLength, MaxLength, MinValue and
/// MaxValue; "" when nothing is. AllowedPattern is left to AWS: a hostile one could take for ever. A secret
/// value stands in no message.
std::string why_not_allowed(const std::string& value,
                            const Node& parameter,
                            const std::string& type,
                            bool is_secret);

}  // namespace postern::config::templates
