// SPDX-License-Identifier: Apache-2.0
#include "config/handler_files.hpp"

#include "integrations/lambda/interpreter.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace postern::config {

HandlerFiles files_of_handler(std::string_view runtime, const std::string& handler)
{
    using integrations::lambda::Language;
    const Language language = integrations::lambda::language_of(runtime);
    if (language == Language::Compiled)
        return {"", integrations::lambda::executables_of(runtime, handler), {}};
    const bool is_node = language == Language::Node;
    const std::size_t slash = handler.find_last_of('/');
    const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
    // Node: up to the first dot behind the last slash. Python: up to the last dot; dots are packages, too.
    const std::size_t dot = is_node ? handler.find('.', start) : handler.find_last_of('.');
    if (dot == std::string::npos || dot < start || dot == start || dot + 1 == handler.size()) return {};
    std::string stem = handler.substr(0, dot);
    if (is_node) {
        return {stem,
                {stem + ".js", stem + ".mjs", stem + ".cjs"},
                {stem, stem + "/index.js", stem + "/package.json"}};
    }
    std::replace(stem.begin(), stem.end(), '.', '/');
    return {stem, {stem + ".py", stem + "/__init__.py"}, {}};
}

bool is_one_there(const std::string& directory, const HandlerFiles& files)
{
    const auto is_there = [&](const std::string& file) {
        std::error_code error;
        return std::filesystem::is_regular_file(std::filesystem::path(directory) / file, error);
    };
    return std::any_of(files.names.begin(), files.names.end(), is_there) ||
           std::any_of(files.rarely.begin(), files.rarely.end(), is_there);
}

std::string listed(const std::vector<std::string>& files)
{
    std::string out;
    for (std::size_t i = 0; i < files.size(); ++i)
        out += (i == 0 ? "" : i + 1 == files.size() ? " or " : ", ") + files[i];
    return out;
}

}  // namespace postern::config
