// SPDX-License-Identifier: Apache-2.0
#include "config/handler_files.hpp"

#include "integrations/lambda/interpreter.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace postern::config {

std::vector<std::string> files_of_handler(std::string_view runtime, const std::string& handler)
{
    using integrations::lambda::Language;
    const Language language = integrations::lambda::language_of(runtime);
    if (language == Language::Compiled) return integrations::lambda::executables_of(runtime, handler);
    const bool is_node = language == Language::Node;
    const std::size_t slash = handler.find_last_of('/');
    const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
    // Node: up to the first dot behind the last slash. Python: up to the last dot; dots are packages, too.
    const std::size_t dot = is_node ? handler.find('.', start) : handler.find_last_of('.');
    if (dot == std::string::npos || dot < start || dot == start || dot + 1 == handler.size()) return {};
    std::string module = handler.substr(0, dot);
    if (is_node) return {module + ".js", module + ".mjs", module + ".cjs"};
    std::replace(module.begin(), module.end(), '.', '/');
    return {module + ".py", module + "/__init__.py"};
}

bool is_one_there(const std::string& directory, const std::vector<std::string>& files)
{
    return std::any_of(files.begin(), files.end(), [&](const std::string& file) {
        std::error_code error;
        return std::filesystem::exists(std::filesystem::path(directory) / file, error);
    });
}

std::string listed(const std::vector<std::string>& files)
{
    std::string out;
    for (std::size_t i = 0; i < files.size(); ++i)
        out += (i == 0 ? "" : i + 1 == files.size() ? " or " : ", ") + files[i];
    return out;
}

}  // namespace postern::config
