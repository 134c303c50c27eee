// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/environment.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace postern::integrations::lambda {

namespace {

constexpr std::array<const char*, 8> kInherited{
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TERM", "NO_COLOR"};

constexpr std::array<std::string_view, 15> kReserved{"_HANDLER",
                                                     "_X_AMZN_TRACE_ID",
                                                     "AWS_DEFAULT_REGION",
                                                     "AWS_EXECUTION_ENV",
                                                     "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                                     "AWS_LAMBDA_FUNCTION_NAME",
                                                     "AWS_LAMBDA_FUNCTION_VERSION",
                                                     "AWS_LAMBDA_INITIALIZATION_TYPE",
                                                     "AWS_LAMBDA_LOG_GROUP_NAME",
                                                     "AWS_LAMBDA_LOG_STREAM_NAME",
                                                     "AWS_LAMBDA_RUNTIME_API",
                                                     "AWS_REGION",
                                                     "LAMBDA_RUNTIME_DIR",
                                                     "LAMBDA_TASK_ROOT",
                                                     "_LAMBDA_TELEMETRY_LOG_FD"};

/// A variable to which the gateway, the user and the layers each add.
struct Joined {
    std::string_view name;
    char separator;
};
constexpr std::array<Joined, 5> kJoined{{{"PATH", ':'},
                                         {"LD_LIBRARY_PATH", ':'},
                                         {"NODE_PATH", ':'},
                                         {"PYTHONPATH", ':'},
                                         {"NODE_OPTIONS", ' '}}};

std::string joined(const std::vector<std::string>& parts, char separator)
{
    std::string out;
    for (const std::string& part : parts) {
        if (part.empty()) continue;
        if (!out.empty()) out += separator;
        out += part;
    }
    return out;
}

const std::string& value_of(const api::StringMap& map, std::string_view name)
{
    static const std::string none;
    const auto found = map.find(name);
    return found == map.end() ? none : found->second;
}

/// "nodejs20.x" -> "20", "python3.12" -> "3.12".
std::string_view version_of(std::string_view runtime)
{
    const std::size_t digits = runtime.find_first_of("0123456789");
    if (digits == std::string_view::npos) return {};
    runtime.remove_prefix(digits);
    return runtime.ends_with(".x") ? runtime.substr(0, runtime.size() - 2) : runtime;
}

/// What the layers, each as if it were /opt, and the code directory add.
std::string layer_directories(std::string_view variable,
                              const api::Function& function,
                              const std::string& root)
{
    const std::string_view version = version_of(function.runtime);
    const std::string node = "/nodejs/node" + std::string(version) + "/node_modules";
    const std::string python = "/python/lib/python" + std::string(version) + "/site-packages";
    std::vector<std::string> out;
    if (variable == "LD_LIBRARY_PATH") out = {root, root + "/lib"};
    for (const std::string& layer : function.layers) {
        if (variable == "PATH") out.push_back(layer + "/bin");
        if (variable == "LD_LIBRARY_PATH") out.push_back(layer + "/lib");
        if (variable == "NODE_PATH") {
            out.push_back(layer + node);
            out.push_back(layer + "/nodejs/node_modules");
        }
        if (variable == "PYTHONPATH") {
            out.push_back(layer + "/python");
            out.push_back(layer + python);
        }
    }
    if (variable == "NODE_PATH") out.push_back(root);
    return joined(out, ':');
}

}  // namespace

api::StringMap inherited_environment()
{
    api::StringMap out;
    for (const char* const name : kInherited) {
        if (const char* const value = std::getenv(name)) out.emplace(name, value);
    }
    return out;
}

const std::string& user_variable(const FunctionSpec& spec, std::string_view name)
{
    const auto own = spec.function.environment.find(name);
    return own != spec.function.environment.end() ? own->second : value_of(spec.options.environment, name);
}

bool is_reserved_variable(std::string_view name)
{
    return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

std::string function_log_group(std::string_view function_name)
{
    return "/aws/lambda/" + std::string(function_name);
}

api::StringMap make_environment(const FunctionSpec& spec, const InstancePlace& place)
{
    const api::Function& function = spec.function;
    api::StringMap out{{"LANG", "en_US.UTF-8"},
                       {"PATH", "/usr/local/bin:/usr/bin:/bin"},
                       {"TZ", ":UTC"},
                       {"AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"},
                       {"AWS_LAMBDA_LOG_FORMAT", "Text"}};
    const auto lay = [&out](const api::StringMap& over) {
        for (const auto& [name, value] : over) {
            if (!is_reserved_variable(name)) out.insert_or_assign(name, value);
        }
    };
    lay(place.inherited);
    const std::string path = value_of(out, "PATH");
    lay(spec.gateway_environment);
    lay(spec.options.environment);
    lay(function.environment);
    for (const auto& [name, separator] : kJoined) {
        std::vector<std::string> parts{value_of(spec.gateway_environment, name), user_variable(spec, name)};
        if (name == "PATH" && parts[0].empty() && parts[1].empty()) parts.push_back(path);
        if (name != "NODE_OPTIONS") {
            parts.push_back(layer_directories(name, function, place.code_directory));
        }
        std::string value = joined(parts, separator);
        if (!value.empty()) out.insert_or_assign(std::string(name), std::move(value));
    }
    if (!function.runtime.starts_with("provided"))
        out["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + function.runtime;
    const std::array<std::pair<std::string_view, std::string>, 12> reserved{
        {{"_HANDLER", function.handler},
         {"AWS_DEFAULT_REGION", spec.region},
         {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(function.memory_size)},
         {"AWS_LAMBDA_FUNCTION_NAME", function.function_name},
         {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
         {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
         {"AWS_LAMBDA_LOG_GROUP_NAME", function_log_group(function.function_name)},
         {"AWS_LAMBDA_LOG_STREAM_NAME", place.log_stream},
         {"AWS_LAMBDA_RUNTIME_API", place.runtime_api},
         {"AWS_REGION", spec.region},
         {"LAMBDA_RUNTIME_DIR", place.runtime_directory},
         {"LAMBDA_TASK_ROOT", place.code_directory}}};
    for (const auto& [name, value] : reserved) out.insert_or_assign(std::string(name), value);
    return out;
}

std::vector<std::string> environment_lines(const api::StringMap& environment)
{
    std::vector<std::string> lines;
    lines.reserve(environment.size());
    for (const auto& [name, value] : environment) {
        lines.emplace_back(name).append("=").append(value);
    }
    return lines;
}

}  // namespace postern::integrations::lambda
