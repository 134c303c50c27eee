// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/intrinsics.hpp"

#include "api/execute_api_host.hpp"
#include "api/function_reference.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace postern::config::serverless {

namespace {

constexpr std::string_view kApi = "WebsocketsApi";
constexpr std::string_view kStage = "WebsocketsDeploymentStage";

/// What the Framework adds to a stack beside functions and the API.
constexpr std::array<std::string_view, 5> kAlsoGenerated = {
    "ApiGatewayRestApi", "HttpApi", "IamRoleLambdaExecution", "ServerlessDeploymentBucket", kStage};

/// "!GetAtt" is "Fn::GetAtt", and "!Ref" is "Ref".
std::string long_form(std::string_view tag)
{
    tag.remove_prefix(1);
    return tag == "Ref" ? std::string(tag) : "Fn::" + std::string(tag);
}

}  // namespace

Intrinsics::Intrinsics(Variables& file,
                       const Service& service,
                       const std::map<std::string, std::string>& function_names,
                       Translation& out)
    : file_(file), service_(service), out_(out)
{
    for (const auto& [key, name] : function_names) functions_[logical_id(key) + "LambdaFunction"] = name;
}

std::optional<std::string> Intrinsics::text(const Node& value, const std::string& path)
{
    if (!value.tag.empty()) {
        Node argument = value;
        argument.tag.clear();
        return call(long_form(value.tag), argument, path);
    }
    if (value.type == Node::Type::Scalar) return value.text;
    if (value.type == Node::Type::Map && value.entries.size() == 1) {
        return call(value.entries.front().key, value.entries.front().value, path);
    }
    return fail(value, path, "expected a text, or a function such as Ref, not " + describe(value));
}

std::optional<std::string> Intrinsics::call(std::string_view function,
                                            const Node& argument,
                                            const std::string& path)
{
    if (function == "Ref" && argument.type == Node::Type::Scalar) return named(argument.text, argument, path);
    if (function == "Fn::GetAtt") return get_att(argument, path);
    if (function == "Fn::Join") return join(argument, path);
    if (function == "Fn::Sub") return sub(argument, path);
    if (function == "Fn::ImportValue") {
        // Another stack's: its name is as good a value as any, and says where it is from.
        out_.notes.push_back({argument.where,
                              path,
                              Note::Kind::Ignored,
                              "Fn::ImportValue: the value is in another stack; the export's name stands for "
                              "it"});
        return text(argument, path);
    }
    return fail(argument,
                path,
                std::string(function) +
                    " is not evaluated in a serverless.yml, only Ref, Fn::GetAtt, Fn::Join, Fn::Sub and "
                    "Fn::ImportValue are; write the value as a text, or as ${opt:NAME}");
}

/// "A.Arn" or [A, Arn].
std::optional<std::string> Intrinsics::get_att(const Node& argument, const std::string& path)
{
    if (argument.type == Node::Type::Scalar) {
        const std::size_t dot = argument.text.find('.');
        if (dot != std::string::npos) return named(argument.text, argument, path);
    } else if (argument.items.size() == 2 && argument.items[0].type == Node::Type::Scalar) {
        const std::optional<std::string> attribute = text(argument.items[1], path);
        return attribute ? resource(argument.items[0].text, *attribute, argument, path) : std::nullopt;
    }
    return fail(argument, path, "Fn::GetAtt: expected a resource and an attribute");
}

std::optional<std::string> Intrinsics::join(const Node& argument, const std::string& path)
{
    if (argument.items.size() != 2 || argument.items[1].type != Node::Type::List) {
        return fail(argument, path, "Fn::Join: expected a separator and a list of values");
    }
    std::string out;
    for (const Node& item : argument.items[1].items) {
        const std::optional<std::string> piece = text(item, path);
        if (!piece) return std::nullopt;
        if (&item != argument.items[1].items.data()) out += argument.items[0].text;
        out += *piece;
    }
    return out;
}

/// A text, or a text and a map of values for its names.
std::optional<std::string> Intrinsics::sub(const Node& argument, const std::string& path)
{
    const bool has_values = argument.type == Node::Type::List && argument.items.size() == 2;
    const Node& pattern = has_values ? argument.items[0] : argument;
    if (pattern.type != Node::Type::Scalar) return fail(argument, path, "Fn::Sub: expected a text");
    std::string_view rest = pattern.text;
    std::string out;
    for (std::size_t begin = rest.find("${"); begin != std::string_view::npos; begin = rest.find("${")) {
        const std::size_t end = rest.find('}', begin);
        if (end == std::string_view::npos) return fail(pattern, path, "Fn::Sub: a ${ without its brace");
        const std::string_view name = text::trim(rest.substr(begin + 2, end - begin - 2));
        out += rest.substr(0, begin);
        rest.remove_prefix(end + 1);
        if (name.starts_with('!')) {
            ((out += "${") += name.substr(1)) += '}';
            continue;
        }
        const Node* given = has_values ? argument.items[1].find(name) : nullptr;
        const auto value = given != nullptr ? text(*given, path) : named(name, pattern, path);
        if (!value) return std::nullopt;
        out += *value;
    }
    return out += rest;
}

/// A parameter, a resource, or a resource's attribute behind a dot.
std::optional<std::string> Intrinsics::named(std::string_view name,
                                             const Node& where,
                                             const std::string& path)
{
    if (name.starts_with("AWS::")) {
        std::optional<std::string> value = pseudo_parameter(name);
        return value ? value : fail(where, path, "there is no parameter " + std::string(name));
    }
    const std::size_t dot = std::min(name.find('.'), name.size());
    return resource(name.substr(0, dot), name.substr(std::min(dot + 1, name.size())), where, path);
}

std::optional<std::string> Intrinsics::resource(std::string_view id,
                                                Attribute attribute,
                                                const Node& where,
                                                const std::string& path)
{
    if (std::optional<std::string> value = generated(id, attribute)) return value;
    const Node* written = find_resource(id);
    const bool is_known = written != nullptr || file_.find(file_.root(), "plugins") != nullptr ||
                          std::find(kAlsoGenerated.begin(), kAlsoGenerated.end(), id) != kAlsoGenerated.end();
    if (is_known) return made_up(id, attribute, written);
    std::vector<std::string> names{std::string(kApi)};
    for (const auto& [logical, name] : functions_) names.push_back(logical);
    for (const Node* part : parts_of(file_, "resources")) {
        const Node* resources = file_.find(*part, "Resources");
        if (resources == nullptr) continue;
        for (const Variables::Entry& entry : file_.entries(*resources)) names.push_back(entry.written->key);
    }
    return fail(where,
                path,
                "there is no resource " + describe(scalar_node(std::string(id), {})) +
                    did_you_mean(std::string(id), names));
}

/// Of what Postern runs.
std::optional<std::string> Intrinsics::generated(std::string_view id, Attribute attribute) const
{
    const auto function = functions_.find(id);
    if (function != functions_.end()) {
        return attribute == "Arn" ? api::function_arn(service_.region, service_.account_id, function->second)
                                  : function->second;
    }
    if (id == kApi && attribute == "ApiEndpoint") {
        return "wss://" + api::execute_api_host(service_.api_id, service_.region);
    }
    if (id == kApi) return service_.api_id;
    if (id == kStage && attribute.empty()) return service_.stage;
    return std::nullopt;
}

std::optional<std::string> Intrinsics::pseudo_parameter(std::string_view name) const
{
    if (name == "AWS::Region") return service_.region;
    if (name == "AWS::AccountId") return service_.account_id;
    if (name == "AWS::StackName") return service_.stack_name;
    if (name == "AWS::Partition") return "aws";
    if (name == "AWS::URLSuffix") return "amazonaws.com";
    if (name == "AWS::StackId") {
        return "arn:aws:cloudformation:" + service_.region + ':' + service_.account_id + ":stack/" +
               service_.stack_name;
    }
    return std::nullopt;
}

/// The name that the resource gives itself (AWS::DynamoDB::Table: TableName), else one as AWS makes them up;
/// of other attributes than Arn, that name and the attribute's.
std::string Intrinsics::made_up(std::string_view id, Attribute attribute, const Node* written)
{
    std::string kind = "AWS::Unknown::Resource";
    if (written != nullptr) kind = file_.text(*written, "Type", kind);
    const std::vector<std::string_view> parts = text::split(kind, ':');  // AWS, "", DynamoDB, "", Table
    std::string name = made_up_name(service_, id);
    if (written != nullptr && parts.size() == 5) {
        const Node* own = file_.find_path(*written, "Properties." + std::string(parts[4]) + "Name");
        if (own != nullptr && own->type == Node::Type::Scalar) name = own->text;
    }
    if (attribute.empty()) return name;
    if (attribute != "Arn") return name + '-' + std::string(attribute);
    const std::string service = parts.size() == 5 ? text::lower(parts[2]) : "unknown";
    return "arn:aws:" + service + ':' + service_.region + ':' + service_.account_id + ':' + name;
}

const Node* Intrinsics::find_resource(std::string_view id)
{
    for (const Node* part : parts_of(file_, "resources")) {
        const Node* resources = file_.find(*part, "Resources");
        const Node* found = resources == nullptr ? nullptr : file_.find(*resources, id);
        if (found != nullptr) return found;
    }
    return nullptr;
}

std::optional<std::string> Intrinsics::fail(const Node& where, const std::string& path, std::string message)
{
    out_.problems.push_back({where.where, path, std::move(message)});
    return std::nullopt;
}

}  // namespace postern::config::serverless
