// SPDX-License-Identifier: Apache-2.0
// Evaluator: Ref, Fn::GetAtt and Fn::Sub, and the names that they give.
#include "config/template/evaluator.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <utility>

namespace postern::config::templates {

namespace {

bool is_alias_or_version(std::string_view type)
{
    return type == "AWS::Lambda::Alias" || type == "AWS::Lambda::Version" || type == "AWS::Lambda::Url";
}

bool is_function(std::string_view type)
{
    return type == "AWS::Lambda::Function" || type == "AWS::Serverless::Function";
}

}  // namespace

Evaluator::Value Evaluator::ref(const Call& call)
{
    if (call.argument->type != Node::Type::Scalar)
        return fail(call.where, "Ref takes a name, not " + describe(*call.argument));
    return ref_named(call.argument->text, call.where);
}

Evaluator::Value Evaluator::ref_named(const std::string& name, const Position& where)
{
    if (const Parameter* parameter = parameters_.find(name)) return parameter_value(*parameter, where);
    if (name == "AWS::NoValue") return std::nullopt;
    if (name == "AWS::NotificationARNs") {
        Node none;
        none.type = Node::Type::List;
        none.where = where;
        return none;
    }
    if (auto value = pseudo_parameter(name)) return made(*std::move(value), where);
    const Resource* resource = referred(name, where);
    if (resource == nullptr) return std::nullopt;
    return made(ref(*resource), where);
}

std::optional<std::string> Evaluator::pseudo_parameter(const std::string& name) const
{
    if (!name.starts_with("AWS::")) return std::nullopt;
    if (auto value = parameters_.given(name)) return value;
    if (name == "AWS::Region") return identity_.region;
    if (name == "AWS::AccountId") return identity_.account;
    if (name == "AWS::StackName") return identity_.stack;
    if (name == "AWS::Partition") return identity_.partition();
    if (name == "AWS::URLSuffix") return identity_.url_suffix();
    if (name == "AWS::StackId") return identity_.stack_id();
    return std::nullopt;
}

Evaluator::Value Evaluator::parameter_value(const Parameter& parameter, const Position& where)
{
    if (!parameter.value) {
        return fail(where,
                    "the parameter " + parameter.name + " has no Default: say --parameter-overrides " +
                        parameter.name + "=VALUE");
    }
    if (parameter.is_path_in_ssm) {
        findings_.ignored(parameter.where,
                          "SSM is not asked: the value is the path \"" + *parameter.value +
                              "\" itself, or what --parameter-overrides ssm:" + *parameter.value +
                              "=VALUE says");
    }
    if (!parameter.is_list) return made(*parameter.value, where);
    Node list;
    list.type = Node::Type::List;
    list.where = where;
    for (const std::string_view item : text::split(*parameter.value, ',')) {
        if (!charge(kNodeBytes + item.size(), where)) return std::nullopt;
        list.items.push_back(scalar_node(std::string(text::trim(item)), where));
    }
    return list;
}

/// The resource of that id, which `current_` then needs; null and a mistake when there is none.
const Resource* Evaluator::referred(const std::string& id, const Position& where)
{
    const Resource* found = template_.find(id);
    if (found == nullptr) {
        const auto names = [this] {
            std::vector<std::string> known = template_.resource_ids();
            for (std::string& name : parameters_.names()) known.push_back(std::move(name));
            return known;
        };
        if (is_exhausted_) return nullptr;
        findings_.problem(where,
                          "there is no resource or parameter named " + describe(scalar_node(id, where)) +
                              findings_.hint(id, names));
        return nullptr;
    }
    if (!exists(*found)) {
        fail(where,
             "the resource " + id + " does not exist: its condition " + found->condition + " is false");
        return nullptr;
    }
    if (current_ != nullptr) needs_[current_->id].insert(found->id);
    return found;
}

Evaluator::Value Evaluator::get_att(const Call& call)
{
    const Node& argument = *call.argument;
    if (argument.type == Node::Type::Scalar) {
        const std::size_t dot = argument.text.find('.');
        if (dot == std::string::npos)
            return fail(call.where, "Fn::GetAtt takes RESOURCE.ATTRIBUTE, not " + describe(argument));
        return attribute(argument.text.substr(0, dot), argument.text.substr(dot + 1), call.where);
    }
    if (argument.items.size() < 2 || argument.items[0].type != Node::Type::Scalar)
        return fail(call.where, "Fn::GetAtt takes a resource and an attribute");
    std::string path;
    for (std::size_t i = 1; i < argument.items.size(); ++i) {
        const auto piece = text(argument.items[i], "an attribute's name");
        if (!piece) return std::nullopt;
        path += (path.empty() ? "" : ".") + *piece;
    }
    return attribute(argument.items[0].text, path, call.where);
}

Evaluator::Value Evaluator::attribute(const std::string& id,
                                      const std::string& attribute,
                                      const Position& where)
{
    const Resource* resource = referred(id, where);
    if (resource == nullptr) return std::nullopt;
    auto value = attribute_of({identity_, resource->type, resource->id, own_name(*resource)}, attribute);
    if (!value) return fail(where, id + ", which is a " + resource->type + ", has no attribute " + attribute);
    return made(*std::move(value), where);
}

Evaluator::Value Evaluator::sub(const Call& call)
{
    const Node& argument = *call.argument;
    std::map<std::string, std::string> variables;
    const Node* pattern = &argument;
    if (argument.type == Node::Type::List) {
        if (argument.items.size() != 2 || argument.items[1].type != Node::Type::Map)
            return fail(call.where, "Fn::Sub takes a text, or a list of a text and a map of variables");
        pattern = argument.items.data();
        for (const Node::Entry& entry : argument.items[1].entries) {
            auto value = text(entry.value, "a text");
            if (!value) return std::nullopt;
            variables[entry.key] = *std::move(value);
        }
    }
    if (pattern->type != Node::Type::Scalar)
        return fail(call.where, "Fn::Sub takes a text, not " + describe(*pattern));
    auto out = substituted(pattern->text, variables, call.where);
    if (!out) return std::nullopt;
    return made(*std::move(out), call.where);
}

std::optional<std::string> Evaluator::substituted(std::string_view text,
                                                  const std::map<std::string, std::string>& variables,
                                                  const Position& where)
{
    std::string out;
    bool is_good = true;
    while (!text.empty()) {
        const std::size_t open = text.find("${");
        const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
        if (close == std::string_view::npos) {
            out += text;
            break;
        }
        out += text.substr(0, open);
        const std::string name(text::trim(text.substr(open + 2, close - open - 2)));
        text.remove_prefix(close + 1);
        if (name.starts_with('!')) {
            out += "${" + name.substr(1) + '}';
            continue;
        }
        const auto value = variable(name, variables, where);
        if (value && !charge(value->size(), where)) return std::nullopt;
        is_good = is_good && value.has_value();  // go on: the other mistakes are told, too
        out += value.value_or("");
    }
    if (!is_good) return std::nullopt;
    return out;
}

std::optional<std::string> Evaluator::variable(const std::string& name,
                                               const std::map<std::string, std::string>& variables,
                                               const Position& where)
{
    const auto known = variables.find(name);
    if (known != variables.end()) return known->second;
    const std::size_t dot = name.find('.');
    const bool is_attribute = dot != std::string::npos && template_.find(name) == nullptr;
    const Value value =
        is_attribute ? attribute(name.substr(0, dot), name.substr(dot + 1), where) : ref_named(name, where);
    if (!value) return std::nullopt;
    if (value->type != Node::Type::Scalar)
        return fail(where, "${" + name + "} is " + describe(*value) + ", not a text");
    return value->text;
}

std::string Evaluator::ref(const Resource& resource)
{
    return ref_of({identity_, resource.type, resource.id, own_name(resource)});
}

/// What the resource's own name property says, or what stands for it.
std::string Evaluator::own_name(const Resource& resource)
{
    const auto known = names_.find(resource.id);
    if (known != names_.end()) return known->second;
    if (std::find(naming_.begin(), naming_.end(), resource.id) != naming_.end()) {
        fail(resource.where, "the name is made of itself: " + ring_of(naming_, resource.id));
        return names_[resource.id] = resource.id;
    }
    naming_.push_back(resource.id);
    const Resource* outer = std::exchange(current_, &resource);
    std::string name = evaluated_name(resource);
    current_ = outer;
    naming_.pop_back();
    return names_[resource.id] = std::move(name);
}

std::string Evaluator::evaluated_name(const Resource& resource)
{
    if (is_alias_or_version(resource.type)) {
        // A function's name or ARN, and what follows it.
        const std::string function = property_text(resource, "FunctionName");
        const std::string qualifier =
            resource.type == "AWS::Lambda::Alias" ? property_text(resource, "Name") : "1";
        return function.substr(function.find_last_of(':') + 1) + ':' + qualifier;
    }
    const std::string_view property = name_property(resource.type);
    std::string name = property.empty() ? "" : property_text(resource, property);
    if (name.empty() && is_function(resource.type)) name = function_name_of(resource.id);
    return name;
}

std::string Evaluator::property_text(const Resource& resource, std::string_view property)
{
    const Node* node = resource.properties.find(property);
    if (node == nullptr) return "";
    return text(*node, "a text").value_or("");
}

}  // namespace postern::config::templates
