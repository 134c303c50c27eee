// SPDX-License-Identifier: Apache-2.0
#include "config/template/parameter_rules.hpp"

#include "config/diagnostics.hpp"
#include "core/text.hpp"

#include <charconv>
#include <optional>
#include <system_error>
#include <vector>

namespace postern::config::templates {

namespace {

const std::vector<std::string> kTypes = {"CommaDelimitedList", "List<Number>", "Number", "String"};

std::optional<double> number_of(std::string_view text)
{
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<double> number_below(const Node& parameter, std::string_view key)
{
    const Node* found = parameter.find(key);
    return found == nullptr ? std::nullopt : number_of(found->text);
}

std::string not_in_range(double number, const Node& parameter, const char* least, const char* most)
{
    const auto minimum = number_below(parameter, least);
    const auto maximum = number_below(parameter, most);
    if (minimum && number < *minimum) return std::string("less than ") + least + " allows";
    if (maximum && number > *maximum) return std::string("more than ") + most + " allows";
    return "";
}

bool is_among(const std::string& value, const Node& values)
{
    for (const Node& item : values.items) {
        if (item.text == value) return true;
    }
    return false;
}

std::string listed(const Node& values)
{
    constexpr std::size_t kShown = 10;
    std::string out;
    for (std::size_t i = 0; i < values.items.size() && i < kShown; ++i)
        out += (i == 0 ? "" : ", ") + values.items[i].text;
    return values.items.size() > kShown ? out + ", ..." : out;
}

/// Of one value: the items of lists are checked one by one.
std::string complaint(const std::string& value, const Node& parameter, bool is_number)
{
    if (const Node* allowed = parameter.find("AllowedValues"); allowed && !is_among(value, *allowed)) {
        return "AllowedValues has " + listed(*allowed);
    }
    if (is_number) {
        const auto number = number_of(value);
        if (!number) return "expected a number";
        return not_in_range(*number, parameter, "MinValue", "MaxValue");
    }
    return not_in_range(static_cast<double>(value.size()), parameter, "MinLength", "MaxLength");
}

}  // namespace

std::string why_no_parameter_type(const std::string& type)
{
    for (const std::string& known : kTypes) {
        if (type == known) return "";
    }
    if (type.starts_with("AWS::") || type.starts_with("List<AWS::")) return "";
    return "a parameter's Type is String, Number, List<Number>, CommaDelimitedList or one of AWS's, not " +
           describe(scalar_node(type, {})) + did_you_mean(type, kTypes);
}

std::string why_not_allowed(const std::string& value,
                            const Node& parameter,
                            const std::string& type,
                            bool is_secret)
{
    const bool is_list = type == "CommaDelimitedList" || type == "List<Number>";
    const bool is_number = type == "Number" || type == "List<Number>";
    std::vector<std::string_view> values = {value};
    if (is_list) values = text::split(value, ',');
    for (const std::string_view each : values) {
        const std::string one(is_list ? text::trim(each) : each);
        const std::string why = complaint(one, parameter, is_number);
        if (why.empty()) continue;
        const Node* hint = parameter.find("ConstraintDescription");
        return "the parameter's value " + (is_secret ? "" : describe(scalar_node(one, {})) + ' ') +
               "is not allowed: " + why + (hint == nullptr ? "" : " (" + hint->text + ')');
    }
    return "";
}

}  // namespace postern::config::templates
