// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/model.hpp"

#include <optional>
#include <string>
#include <string_view>

/// How a function is named by those who call it.
namespace postern::api {

struct FunctionReference {
    std::string name;
    std::string qualifier;  ///< a version or an alias; "" for the function itself

    bool operator==(const FunctionReference&) const = default;
};

/// A name (1 to 64 of A-Z, a-z, 0-9, - and _), a partial ARN (ACCOUNT:function:NAME) or an ARN, each perhaps
/// with ":QUALIFIER" behind it. Account and region are not looked at: a gateway has one of each (spec
/// config-plane 1.3). Empty when it is none of these.
std::optional<FunctionReference> parse_function_name(std::string_view text);

/// The function that an AWS_PROXY integration's URI names: "lambda:NAME" (Postern's own), a function's ARN,
/// or "arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/.../invocations". Empty when it is none of
/// these.
std::optional<FunctionReference> parse_function_uri(std::string_view uri);

/// `text` with each ${stageVariables.NAME} replaced; the names that the stage does not have become "".
std::string with_stage_variables(std::string_view text, const StringMap& variables);

/// The first such name that the stage does not have; "" when it has all.
std::string unset_stage_variable(std::string_view text, const StringMap& variables);

/// "arn:aws:lambda:REGION:ACCOUNT:function:NAME"
std::string function_arn(std::string_view region, std::string_view account_id, std::string_view name);

}  // namespace postern::api
