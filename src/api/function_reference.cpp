// SPDX-License-Identifier: Apache-2.0
#include "api/function_reference.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <vector>

namespace postern::api {

namespace {

constexpr std::string_view kScheme = "lambda:";
constexpr std::string_view kPath = ":lambda:path/2015-03-31/functions/";
constexpr std::string_view kInvocations = "/invocations";
constexpr std::string_view kVariable = "${stageVariables.";
constexpr std::size_t kNameMax = 64;
constexpr std::size_t kQualifierMax = 128;

bool is_word(std::string_view text, std::size_t characters_max, std::string_view also)
{
    return !text.empty() && text.size() <= characters_max &&
           std::all_of(text.begin(), text.end(), [&](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      also.find(c) != std::string_view::npos;
           });
}

/// ${stageVariables.NAME} in a text.
struct Reference {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string_view name;
};

std::optional<Reference> first_reference(std::string_view text)
{
    const std::size_t begin = text.find(kVariable);
    const std::size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) return std::nullopt;
    const std::size_t name = begin + kVariable.size();
    return Reference{begin, end + 1, text.substr(name, end - name)};
}

}  // namespace

std::optional<FunctionReference> parse_function_name(std::string_view text)
{
    // arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER], ACCOUNT:function:..., or NAME...
    std::vector<std::string_view> parts;
    for (const std::string_view part : text::split(text, ':')) parts.push_back(part);
    std::size_t first = 0;
    if (parts.size() > 6 && parts[0] == "arn" && parts[2] == "lambda" && parts[5] == "function") first = 6;
    if (parts.size() > 2 && parts[0] != "arn" && parts[1] == "function") first = 2;
    if (parts.size() <= first || parts.size() > first + 2) return std::nullopt;
    FunctionReference found;
    found.name = parts[first];
    if (!is_word(found.name, kNameMax, "-_")) return std::nullopt;
    if (parts.size() == first + 1) return found;
    found.qualifier = parts[first + 1];
    return is_word(found.qualifier, kQualifierMax, "-_$") ? std::optional(found) : std::nullopt;
}

std::optional<FunctionReference> parse_function_uri(std::string_view uri)
{
    if (uri.starts_with(kScheme)) return parse_function_name(uri.substr(kScheme.size()));
    if (!uri.starts_with("arn:")) return std::nullopt;
    const std::size_t path = uri.find(kPath);
    if (path == std::string_view::npos) return parse_function_name(uri);
    std::string_view name = uri.substr(path + kPath.size());
    if (!name.ends_with(kInvocations)) return std::nullopt;
    name.remove_suffix(kInvocations.size());
    return parse_function_name(name);
}

std::string with_stage_variables(std::string_view text, const StringMap& variables)
{
    std::string out;
    while (const std::optional<Reference> found = first_reference(text)) {
        out.append(text.substr(0, found->begin));
        const auto value = variables.find(found->name);
        if (value != variables.end()) out.append(value->second);
        text.remove_prefix(found->end);
    }
    return out.append(text);
}

std::string unset_stage_variable(std::string_view text, const StringMap& variables)
{
    while (const std::optional<Reference> found = first_reference(text)) {
        if (!variables.contains(found->name)) return std::string(found->name);
        text.remove_prefix(found->end);
    }
    return "";
}

std::string function_arn(std::string_view region, std::string_view account_id, std::string_view name)
{
    std::string out = "arn:aws:lambda:";
    out.append(region).append(":").append(account_id).append(":function:").append(name);
    return out;
}

}  // namespace postern::api
