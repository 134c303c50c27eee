// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace postern::config::templates {

/// What a user says about a template from outside.
struct TemplateOptions {
    /// Each as `sam` has it: "A=1 B=2", "ParameterKey=A,ParameterValue=1". Beside parameters they may name a
    /// pseudo parameter ("AWS::StackName=chat"), an export of another stack ("import:NAME=value") and an SSM
    /// parameter ("ssm:/path=value").
    std::vector<std::string> parameter_overrides;
};

}  // namespace postern::config::templates
