// SPDX-License-Identifier: Apache-2.0
#include "config/obstacles.hpp"

#include "config/handler_files.hpp"
#include "config/node.hpp"
#include "integrations/lambda/interpreter.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace postern::config {

using integrations::lambda::Language;
using integrations::lambda::language_of;

std::string obstacle_of_runtime(const std::string& runtime)
{
    for (const char* prefix : {"nodejs", "python3", "provided", "go1.x"}) {
        if (runtime.starts_with(prefix)) return "";
    }
    if (runtime.empty()) return "";  // the reader says that it is required
    return "the runtime " + runtime +
           " does not run here (nodejs*, python3* and provided* do): run the function in a container with "
           "Lambda's runtime interface emulator, and say --set functions.NAME.endpoint=http://HOST:PORT";
}

std::string obstacle_of_handler(const std::string& runtime, const std::string& handler, bool is_inline)
{
    const bool is_interpreted = language_of(runtime) != Language::Compiled;
    if (runtime.empty() || (is_interpreted && handler.empty())) return "";  // both are required
    const HandlerFiles files = files_of_handler(runtime, handler);
    if (files.names.empty()) {
        return "expected a handler FILE.FUNCTION, not " + describe(scalar_node(handler, {}));
    }
    // The reader refuses inline code of the others.
    const bool is_elsewhere = is_inline && is_interpreted && files.stem != "index";
    return is_elsewhere ? "inline code is the file index: the handler is index.FUNCTION" : "";
}

std::string obstacle_of_files(const std::string& runtime,
                              const std::string& handler,
                              const std::string& directory,
                              const std::string& how_to_build)
{
    const HandlerFiles files = files_of_handler(runtime, handler);
    if (runtime.empty() || files.names.empty() || handler.starts_with('/') || is_one_there(directory, files))
        return "";
    const std::string place = std::filesystem::path(directory).lexically_normal().string();
    if (language_of(runtime) == Language::Compiled) {
        return "the executable is missing: there is no " + listed(files.names) + " in " + place +
               how_to_build;
    }
    const std::string typescript = files.stem + ".ts";
    if (language_of(runtime) == Language::Node && is_one_there(directory, {"", {typescript}, {}})) {
        return "Node.js does not run " + typescript + " as it is" + how_to_build;
    }
    return "the handler's file is missing: there is no " + listed(files.names) + " in " + place;
}

std::string with_name(std::string text, const std::string& function)
{
    constexpr std::string_view kHole = "functions.NAME.";
    const std::size_t at = text.find(kHole);
    return at == std::string::npos ? text : text.replace(at, kHole.size(), "functions." + function + '.');
}

bool has_code_elsewhere(const std::vector<Override>& overrides, const std::string& function)
{
    const std::string path = "functions." + function + '.';
    return std::any_of(overrides.begin(), overrides.end(), [&](const Override& given) {
        return given.path == path + "endpoint" || given.path == path + "codeUri";
    });
}

}  // namespace postern::config
