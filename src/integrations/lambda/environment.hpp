// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "integrations/lambda/function_spec.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The environment of an instance (spec config-plane 7.2). Pure.
namespace postern::integrations::lambda {

/// What of the environment is of the machine and the instance, not of the function.
struct InstancePlace {
    std::string code_directory;     ///< LAMBDA_TASK_ROOT
    std::string runtime_directory;  ///< LAMBDA_RUNTIME_DIR
    std::string runtime_api;        ///< "127.0.0.1:PORT"
    std::string log_stream;
    api::StringMap inherited;  ///< inherited_environment()
};

/// The few variables of this process that a function may see: PATH, HOME and the like. Secrets of the gateway
/// are in none of them, and the locale is AWS's.
api::StringMap inherited_environment();

/// The user's value of a variable: the function's own, else the one for all functions; "" without.
const std::string& user_variable(const FunctionSpec& spec, std::string_view name);

/// AWS sets the variable itself, and a function's own value of it is ignored. Other than on AWS, credentials
/// are not among them: here they are no role's, and somebody may want real ones.
bool is_reserved_variable(std::string_view name);

/// The group that AWS gives a function's log.
std::string function_log_group(std::string_view function_name);

/// All variables. Later wins: the machine's, the gateway's, those for all functions, the function's own, the
/// reserved ones. Lists of directories (PATH, LD_LIBRARY_PATH, NODE_PATH, PYTHONPATH) and NODE_OPTIONS are
/// joined instead: the gateway's, the user's, the layers'.
api::StringMap make_environment(const FunctionSpec& spec, const InstancePlace& place);

/// As execve wants them: "NAME=value".
std::vector<std::string> environment_lines(const api::StringMap& environment);

}  // namespace postern::integrations::lambda
