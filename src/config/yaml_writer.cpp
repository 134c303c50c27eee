// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_writer.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace postern::config {

namespace {

constexpr std::size_t kLineMax = 100;  ///< characters of a map or list on one line, indentation included
constexpr std::size_t kSimpleKeyMax = 1000;  ///< bytes; YAML's own bound is 1024 characters
constexpr std::size_t kIndent = 2;
constexpr std::string_view kHexDigits = "0123456789ABCDEF";
constexpr std::string_view kPlainFirst =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./$+-";
constexpr std::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./$+-:@=%()^~;";

/// Whether a text without quotes is read as this text, in a block and between braces.
bool is_plain(std::string_view text)
{
    if (text.empty() || kPlainFirst.find(text.front()) == std::string_view::npos) return false;
    if (text.find_first_not_of(kPlain) != std::string_view::npos) return false;
    if (text.back() == ':' || text.starts_with("---") || text.starts_with("...") || text == "-") return false;
    constexpr std::array<std::string_view, 3> kNull = {"null", "Null", "NULL"};
    return std::find(kNull.begin(), kNull.end(), text) == kNull.end();
}

/// Whether a text means something else to YAML when it has no quotes; also to readers of YAML 1.1.
bool is_word_of_yaml(const Node& scalar)
{
    constexpr std::array<std::string_view, 6> kOlder = {"yes", "no", "on", "off", "y", "n"};
    const std::string lower = text::lower(scalar.text);
    if (std::find(kOlder.begin(), kOlder.end(), lower) != kOlder.end()) return true;
    const Result<std::string> json = to_json(scalar_node(scalar.text, {}));
    return !json || !json->starts_with('"');
}

void append_hex(std::string& out, unsigned byte)
{
    ((out += "\\x") += kHexDigits[byte >> 4]) += kHexDigits[byte & 0xF];
}

/// In double quotes, on one line.
std::string quoted(std::string_view text)
{
    std::string out = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : '\0');
        if (byte == '"' || byte == '\\') {
            (out += '\\') += text[i];
        } else if (byte == '\n') {
            out += "\\n";
        } else if (byte == '\t') {
            out += "\\t";
        } else if (byte < 0x20 || byte == 0x7F) {
            append_hex(out, byte);
        } else if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {  // control characters of Latin-1
            append_hex(out, next);
            ++i;
        } else {
            out += text[i];
        }
    }
    return out + '"';
}

/// Whether a text of several lines can stand as a block of its own lines.
bool is_block(const Node& scalar)
{
    const std::string& text = scalar.text;
    if (!scalar.is_quoted || text.find('\n') == std::string::npos) return false;
    if (text.front() == ' ' || text.front() == '\t' || text.front() == '\n' || text.ends_with("\n\n"))
        return false;
    for (const std::string_view line : text::split(text, '\n')) {
        const bool is_blank = !line.empty() && text::trim(line).empty();
        const bool has_controls = std::any_of(line.begin(), line.end(), [](char c) {
            return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
        });
        if (is_blank || has_controls || line.find('\xC2') != std::string_view::npos) return false;
        if (line.find("\xE2\x80") != std::string_view::npos) return false;  // where line separators are
    }
    return true;
}

std::string scalar(const Node& node)
{
    if (node.type == Node::Type::Null) return "null";
    const bool is_free = is_plain(node.text) && !(node.is_quoted && is_word_of_yaml(node));
    return is_free ? node.text : quoted(node.text);
}

std::string key(const std::string& text)
{
    return is_plain(text) ? text : quoted(text);
}

bool is_container(const Node& node)
{
    return node.type == Node::Type::List || node.type == Node::Type::Map;
}

/// The list or map on one line of at most `length` characters, if that is how it had better stand.
std::optional<std::string> flow(const Node& node, std::size_t length)
{
    const bool is_map = node.type == Node::Type::Map;
    if (node.is_empty()) return is_map ? "{}" : "[]";
    std::string out;
    const auto add = [&](const std::string& prefix, const Node& value) {
        if (!out.empty()) out += ", ";
        out += prefix + scalar(value);
        return !is_container(value) && !is_block(value) && out.size() <= length;
    };
    for (const Node::Entry& entry : node.entries) {
        if (!add(key(entry.key) + ": ", entry.value)) return std::nullopt;
    }
    for (const Node& item : node.items) {
        if (!add("", item)) return std::nullopt;
    }
    out = is_map ? "{ " + out + " }" : '[' + out + ']';
    if (out.size() > length) return std::nullopt;
    return out;
}

class Writer {
public:
    void map(const Node& node, std::size_t indent)
    {
        for (const Node::Entry& entry : node.entries) {
            begin_line(indent);
            if (entry.key.size() <= kSimpleKeyMax) {
                out += key(entry.key) + ':';
            } else {
                out += "? " + key(entry.key) + '\n' + std::string(indent, ' ') + ':';
            }
            value(entry.value, indent);
        }
    }

    void list(const Node& node, std::size_t indent)
    {
        for (const Node& item : node.items) {
            begin_line(indent);
            out += '-';
            value(item, indent);
        }
    }

    /// What stands behind "key:" or "-".
    void value(const Node& node, std::size_t indent)
    {
        if (!is_container(node)) {
            is_block(node) ? block(node.text, indent + kIndent) : end_line(' ' + scalar(node));
            return;
        }
        const auto line = flow(node, kLineMax - std::min(indent, kLineMax));
        if (line) return end_line(' ' + *line);
        end_line("");
        node.type == Node::Type::Map ? map(node, indent + kIndent) : list(node, indent + kIndent);
    }

    std::string out;

private:
    void begin_line(std::size_t indent) { out.append(indent, ' '); }
    void end_line(const std::string& text) { (out += text) += '\n'; }

    void block(std::string_view text, std::size_t indent)
    {
        const bool ends_with_newline = text.ends_with('\n');
        end_line(ends_with_newline ? " |" : " |-");
        if (ends_with_newline) text.remove_suffix(1);
        for (const std::string_view line : text::split(text, '\n')) {
            if (!line.empty()) begin_line(indent);
            end_line(std::string(line));
        }
    }
};

}  // namespace

std::string write_yaml(const Node& root)
{
    Writer writer;
    if (root.is_empty() && is_container(root)) return *flow(root, kLineMax) + '\n';
    if (root.type == Node::Type::Map) {
        writer.map(root, 0);
    } else if (root.type == Node::Type::List) {
        writer.list(root, 0);
    } else {
        return scalar(root) + '\n';
    }
    return writer.out;
}

}  // namespace postern::config
