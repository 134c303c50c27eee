// SPDX-License-Identifier: Apache-2.0
#include "config/node.hpp"

#include "core/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace postern::config {

namespace {

constexpr std::size_t kShownCharacters = 60;  // of a value in a message

bool is_digits(std::string_view s)
{
    return !s.empty() && s.find_first_not_of("0123456789") == std::string_view::npos;
}

/// [-+]?[0-9]+ as JSON's integer of any length; "" when it is not one.
std::string decimal_integer(std::string_view s)
{
    const bool is_negative = !s.empty() && s.front() == '-';
    if (!s.empty() && (s.front() == '-' || s.front() == '+')) s.remove_prefix(1);
    if (!is_digits(s)) return "";
    s.remove_prefix(std::min(s.find_first_not_of('0'), s.size() - 1));
    return (is_negative && s != "0" ? "-" : "") + std::string(s);
}

/// 0o17 and 0x1F; "" when it is neither or needs more than 64 bits.
std::string based_integer(std::string_view s)
{
    const int base = s.starts_with("0x") ? 16 : s.starts_with("0o") ? 8 : 0;
    if (base == 0 || s.size() == 2) return "";
    unsigned long long number = 0;
    const auto [end, error] = std::from_chars(s.data() + 2, s.data() + s.size(), number, base);
    return error == std::errc() && end == s.data() + s.size() ? std::to_string(number) : "";
}

/// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? as the shortest JSON number of the same value.
std::string floating(std::string_view s)
{
    if (s.starts_with('+') && !s.starts_with("+-")) s.remove_prefix(1);
    if (s.find_first_of("0123456789") == std::string_view::npos) return "";
    if (s.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return "";
    double number = 0;
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), number);
    if (error != std::errc() || end != s.data() + s.size()) return "";
    std::array<char, 40> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    const std::string out(digits.data(), written.ptr);
    return out.find_first_of(".e") == std::string::npos ? out + ".0" : out;
}

Result<std::string> scalar_json(const Node& node)
{
    const std::string& s = node.text;
    if (node.is_quoted) return json::quoted(s);
    if (s == "true" || s == "True" || s == "TRUE") return std::string("true");
    if (s == "false" || s == "False" || s == "FALSE") return std::string("false");
    for (const std::string& number : {decimal_integer(s), based_integer(s), floating(s)}) {
        if (!number.empty()) return number;
    }
    const std::string_view unsigned_part =
        std::string_view(s).substr(s.starts_with('-') || s.starts_with('+') ? 1 : 0);
    for (const char* word : {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"}) {
        if (unsigned_part == word) return Error(ErrorKind::BadInput, "JSON has no number " + s);
    }
    return json::quoted(s);
}

}  // namespace

const Node* Node::find(std::string_view key) const
{
    const auto found =
        std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
    return found == entries.end() ? nullptr : &found->value;
}

Node* Node::find(std::string_view key)
{
    const auto found =
        std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
    return found == entries.end() ? nullptr : &found->value;
}

bool Node::is_empty() const
{
    return type == Type::Scalar ? text.empty() : items.empty() && entries.empty();
}

Node scalar_node(std::string text, Position where)
{
    Node node;
    node.type = Node::Type::Scalar;
    node.text = std::move(text);
    node.where = std::move(where);
    return node;
}

Node map_node(Position where)
{
    Node node;
    node.type = Node::Type::Map;
    node.where = std::move(where);
    return node;
}

void forget_lines(Node& node)
{
    node.where.line = 0;
    for (Node& item : node.items) forget_lines(item);
    for (Node::Entry& entry : node.entries) {
        entry.where.line = 0;
        forget_lines(entry.value);
    }
}

std::string describe(const Node& node)
{
    switch (node.type) {
        case Node::Type::Null:
            return "nothing";
        case Node::Type::List:
            return "a list";
        case Node::Type::Map:
            return "a map";
        case Node::Type::Scalar:
            break;
    }
    if (node.text.size() <= kShownCharacters) return json::quoted(node.text);
    std::size_t end = kShownCharacters;
    while (end > 0 && (static_cast<unsigned char>(node.text[end]) & 0xC0) == 0x80)
        --end;  // not inside a character
    return json::quoted(node.text.substr(0, end) + "...");
}

Result<std::string> to_json(const Node& node)
{
    if (node.type == Node::Type::Null) return std::string("null");
    if (node.type == Node::Type::Scalar) return scalar_json(node);
    const bool is_map = node.type == Node::Type::Map;
    std::string out(1, is_map ? '{' : '[');
    for (const Node::Entry& entry : node.entries) {
        Result<std::string> value = to_json(entry.value);
        if (!value) return value;
        if (out.size() > 1) out += ',';
        out += json::quoted(entry.key) + ':' + *value;
    }
    for (const Node& item : node.items) {
        Result<std::string> value = to_json(item);
        if (!value) return value;
        if (out.size() > 1) out += ',';
        out += *value;
    }
    return out + (is_map ? '}' : ']');
}

}  // namespace postern::config
