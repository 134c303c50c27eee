// SPDX-License-Identifier: Apache-2.0
#include "core/table_text.hpp"

#include <algorithm>
#include <cstddef>

namespace postern::table_text {

namespace {

/// Characters, not bytes: route keys may be in any script.
std::size_t width(const std::string& text)
{
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Control characters, which a name may hold, would break the lines or tell the terminal what to do: ASCII's,
/// and U+0080 to U+009F, which are 0xC2 and another byte.
std::string printable(std::string text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
        if (byte(i) < 0x20 || byte(i) == 0x7F) {
            text[i] = ' ';
        } else if (byte(i) == 0xC2 && i + 1 < text.size() && byte(i + 1) < 0xA0) {
            text.replace(i, 2, " ");
        }
    }
    return text;
}

}  // namespace

std::string aligned(std::vector<Row> rows)
{
    std::vector<std::size_t> widths;
    for (Row& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            row[i] = printable(row[i]);
            widths[i] = std::max(widths[i], width(row[i]));
        }
    }
    std::string out;
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            out += row[i];
            if (i + 1 < row.size()) out.append(widths[i] - width(row[i]) + 2, ' ');
        }
        out += '\n';
    }
    return out;
}

}  // namespace postern::table_text
