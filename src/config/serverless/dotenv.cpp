// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/dotenv.hpp"

#include "core/text.hpp"

namespace postern::config::serverless {

namespace {

constexpr std::string_view kExport = "export ";
constexpr std::string_view kNameCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

std::string with_new_lines(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_escape = text.substr(i).starts_with("\\n");
        out += is_escape ? '\n' : text[i];
        if (is_escape) ++i;
    }
    return out;
}

std::string value_of(std::string_view written)
{
    const char quote = written.empty() ? '\0' : written.front();
    if (quote == '"' || quote == '\'' || quote == '`') {
        const std::size_t end = written.find(quote, 1);
        if (end != std::string_view::npos) {
            const std::string_view inside = written.substr(1, end - 1);
            return quote == '"' ? with_new_lines(inside) : std::string(inside);
        }
    }
    return std::string(text::trim(written.substr(0, written.find(" #"))));
}

}  // namespace

std::map<std::string, std::string> parse_dotenv(std::string_view text)
{
    std::map<std::string, std::string> variables;
    for (std::string_view line : text::split(text, '\n')) {
        line = text::trim(line);
        if (line.starts_with(kExport)) line.remove_prefix(kExport.size());
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string_view name = text::trim(line.substr(0, equals));
        if (name.empty() || name.find_first_not_of(kNameCharacters) != std::string_view::npos) continue;
        variables[std::string(name)] = value_of(text::trim(line.substr(equals + 1)));
    }
    return variables;
}

}  // namespace postern::config::serverless
