// SPDX-License-Identifier: Apache-2.0
#include "config/value.hpp"

#include "config/units.hpp"
#include "core/check.hpp"
#include "core/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <regex>
#include <system_error>

namespace postern::config {

namespace {

std::string limit_text(const Rule& rule, std::int64_t limit)
{
    if (rule.kind == Kind::Duration) return format_duration(limit);
    if (rule.kind == Kind::Size) return format_size(limit);
    return std::to_string(limit);
}

std::string range_text(const Rule& rule)
{
    return " from " + range_of(rule);
}

std::string choices_text(const Rule& rule)
{
    std::string out;
    for (const std::string& choice : rule.choices) {
        if (!choice.empty()) out += (out.empty() ? "" : ", ") + choice;
    }
    return (rule.choices.size() == 1 ? "" : "one of ") + out;
}

std::string expectation(const Rule& rule)
{
    switch (rule.kind) {
        case Kind::Text:
            return rule.expected.empty() ? "text" : rule.expected;
        case Kind::Path:
            return "the path of a file or directory";
        case Kind::Boolean:
            return "true or false";
        case Kind::Integer:
            return "a whole number" + range_text(rule);
        case Kind::Number:
            return "a number" + range_text(rule);
        case Kind::Duration:
            return "a duration with its unit, such as 500ms, 30s, 10m or 2h," + range_text(rule);
        case Kind::Size:
            return "a size such as 4096B, 32KiB or 1MiB," + range_text(rule);
        case Kind::Choice:
            return choices_text(rule);
        default:
            break;
    }
    POSTERN_CHECK(is_scalar(rule.kind));
    return "";
}

std::string complaint(const Rule& rule, const Node& node)
{
    if (!rule.message.empty() && node.type == Node::Type::Scalar) {
        const std::size_t hole = rule.message.find("{}");
        if (hole == std::string::npos) return rule.message;
        return rule.message.substr(0, hole) + node.text.substr(0, 64) + rule.message.substr(hole + 2);
    }
    std::string out = expected_of(rule) + ", not " + describe(node);
    if (rule.kind == Kind::Choice && node.type == Node::Type::Scalar)
        out += did_you_mean(node.text, rule.choices);
    return out;
}

/// Compiling costs more than matching, and a file matches the same few patterns again and again.
const std::regex& compiled(const std::string& pattern)
{
    thread_local std::map<std::string, std::regex> known;
    const auto found = known.find(pattern);
    return found != known.end() ? found->second : known.emplace(pattern, pattern).first->second;
}

std::optional<Value> parse_text(const Rule& rule, const std::string& text)
{
    if (rule.pattern == kAnyText) {
        if (text.empty()) return std::nullopt;
    } else if (!rule.pattern.empty()) {
        if (text.size() > kPatternTextMax || !std::regex_match(text, compiled(rule.pattern)))
            return std::nullopt;
    }
    if (rule.kind == Kind::Path && text.empty()) return std::nullopt;
    return text;
}

std::optional<Value> parse_boolean(const Node& node)
{
    if (node.is_quoted) return std::nullopt;
    if (node.text == "true" || node.text == "True" || node.text == "TRUE") return true;
    if (node.text == "false" || node.text == "False" || node.text == "FALSE") return false;
    return std::nullopt;
}

std::optional<Value> parse_number(const Rule& rule, const Node& node)
{
    double number = 0;
    const char* end = node.text.data() + node.text.size();
    const auto [stop, error] = std::from_chars(node.text.data(), end, number, std::chars_format::fixed);
    if (node.is_quoted || error != std::errc() || stop != end) return std::nullopt;
    // Written so that a NaN is refused, too.
    if (!(number >= static_cast<double>(rule.minimum) && number <= static_cast<double>(rule.maximum))) {
        return std::nullopt;
    }
    return number;
}

std::optional<Value> parse_whole(const Rule& rule, const Node& node)
{
    std::optional<std::int64_t> number;
    if (rule.kind == Kind::Duration) number = parse_duration(node.text);
    if (rule.kind == Kind::Size) number = parse_size(node.text);
    if (rule.kind == Kind::Integer && !node.is_quoted) number = parse_integer(node.text);
    if (!number || *number < rule.minimum || *number > rule.maximum) return std::nullopt;
    return *number;
}

std::optional<Value> parse_choice(const Rule& rule, const std::string& text)
{
    const auto found = std::find(rule.choices.begin(), rule.choices.end(), text);
    if (found == rule.choices.end()) return std::nullopt;
    return std::int64_t{found - rule.choices.begin()};
}

std::optional<Value> parse_scalar(const Rule& rule, const Node& node)
{
    switch (rule.kind) {
        case Kind::Text:
        case Kind::Path:
            return parse_text(rule, node.text);
        case Kind::Boolean:
            return parse_boolean(node);
        case Kind::Integer:
        case Kind::Duration:
        case Kind::Size:
            return parse_whole(rule, node);
        case Kind::Number:
            return parse_number(rule, node);
        case Kind::Choice:
            return parse_choice(rule, node.text);
        default:
            break;
    }
    POSTERN_CHECK(is_scalar(rule.kind));
    return std::nullopt;
}

std::string format_number(double number)
{
    std::array<char, 400> digits{};
    const auto written =
        std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::fixed);
    return {digits.data(), written.ptr};
}

/// As a YAML flow map with JSON strings: both readable and exact.
std::string format_map(const api::StringMap& map)
{
    std::string out;
    for (const auto& [key, value] : map) {
        out += (out.empty() ? "{" : ", ") + key + ": " + json::quoted(value);
    }
    return out.empty() ? "" : out + '}';
}

std::string format_list(const std::vector<std::string>& list)
{
    std::string out;
    for (const std::string& item : list) out += (out.empty() ? "[" : ", ") + json::quoted(item);
    return out.empty() ? "" : out + ']';
}

}  // namespace

const char* name_of(Kind kind)
{
    switch (kind) {
        case Kind::Text:
            return "text";
        case Kind::Path:
            return "path";
        case Kind::Boolean:
            return "boolean";
        case Kind::Integer:
            return "integer";
        case Kind::Number:
            return "number";
        case Kind::Duration:
            return "duration";
        case Kind::Size:
            return "size";
        case Kind::Choice:
            return "choice";
        case Kind::TextList:
            return "list of texts";
        case Kind::TextMap:
            return "map of texts";
        case Kind::Json:
        case Kind::Any:
            return "any value";
        case Kind::Object:
            return "object";
        case Kind::Map:
            return "map";
        case Kind::List:
            return "list";
    }
    return "";
}

std::string range_of(const Rule& rule)
{
    if (rule.maximum == 0) return "";
    return limit_text(rule, rule.minimum) + " to " + limit_text(rule, rule.maximum);
}

bool is_scalar(Kind kind)
{
    return kind <= Kind::Choice;
}

std::string expected_of(const Rule& rule)
{
    return "expected " + expectation(rule);
}

Result<Value> parse_value(const Rule& rule, const Node& node)
{
    if (node.type == Node::Type::Scalar) {
        if (std::optional<Value> value = parse_scalar(rule, node)) return *std::move(value);
    }
    return Error(ErrorKind::BadInput, complaint(rule, node));
}

std::string format_value(const Rule& rule, const Value& value)
{
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* number = std::get_if<double>(&value)) return format_number(*number);
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* map = std::get_if<api::StringMap>(&value)) return format_map(*map);
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return format_list(*list);
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        return rule.kind == Kind::Choice ? rule.choices.at(static_cast<std::size_t>(*whole))
                                         : limit_text(rule, *whole);
    }
    return "";
}

}  // namespace postern::config
