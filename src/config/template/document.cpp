// SPDX-License-Identifier: Apache-2.0
#include "config/template/document.hpp"

#include <algorithm>
#include <utility>

namespace postern::config::templates {

namespace {

constexpr std::string_view kSam = "AWS::Serverless-2016-10-31";
constexpr std::size_t kHintsMax = 200;
constexpr std::size_t kResourcesMax = 2000;  // AWS: 500 in a template

const std::vector<std::string> kSections = {"AWSTemplateFormatVersion",
                                            "Conditions",
                                            "Description",
                                            "Globals",
                                            "Hooks",
                                            "Mappings",
                                            "Metadata",
                                            "Outputs",
                                            "Parameters",
                                            "Resources",
                                            "Rules",
                                            "Transform"};

const std::vector<std::string> kAttributes = {"Condition",
                                              "CreationPolicy",
                                              "DeletionPolicy",
                                              "DependsOn",
                                              "Metadata",
                                              "Connectors",
                                              "IgnoreGlobals",
                                              "Properties",
                                              "Type",
                                              "UpdatePolicy",
                                              "UpdateReplacePolicy",
                                              "Version",
                                              "Description"};

bool is_one_of(const std::string& word, const std::vector<std::string>& words)
{
    for (const std::string& each : words) {
        if (each == word) return true;
    }
    return false;
}

/// The scalar below `key`; "" when there is none.
std::string text_of(const Node* map, std::string_view key)
{
    const Node* found = map == nullptr ? nullptr : map->find(key);
    return found != nullptr && found->type == Node::Type::Scalar ? found->text : "";
}

/// The macro is its name, or a map of Name and Parameters.
std::string name_of_macro(const Node& macro)
{
    const Node* name = macro.find("Name");
    return name == nullptr ? macro.text : name->text;
}

void say_macro(const Node& macro, Findings& findings)
{
    findings.ignored(macro.where, "Postern has no macro " + describe(scalar_node(name_of_macro(macro), {})));
}

std::vector<const Node*> one_or_more(const Node& node)
{
    if (node.type == Node::Type::Null) return {};
    if (node.type != Node::Type::List) return {&node};
    std::vector<const Node*> out;
    out.reserve(node.items.size());
    for (const Node& item : node.items) out.push_back(&item);
    return out;
}

}  // namespace

void Findings::problem(const Position& where, std::string message)
{
    if (is_new(where, message)) problems.push_back({where, "", std::move(message)});
}

void Findings::understood(const Position& where, std::string message)
{
    if (is_new(where, message)) notes.push_back({where, "", Note::Kind::Understood, std::move(message)});
}

void Findings::ignored(const Position& where, std::string message)
{
    if (is_new(where, message)) notes.push_back({where, "", Note::Kind::Ignored, std::move(message)});
}

bool Findings::is_new(const Position& where, const std::string& message)
{
    return said_.emplace(where.file, where.line, where.column, message).second;
}

std::string Findings::hint(const std::string& word,
                           const std::function<std::vector<std::string>()>& candidates) const
{
    return problems.size() < kHintsMax ? did_you_mean(word, candidates()) : "";
}

std::vector<std::string> keys_of(const Node* map)
{
    std::vector<std::string> keys;
    if (map == nullptr) return keys;
    for (const Node::Entry& entry : map->entries) keys.push_back(entry.key);
    return keys;
}

Template::Template(const Node& root, std::string name, Findings& findings)
    : file(std::move(name)), root_(root)
{
    for (const Node::Entry& entry : root.entries) {
        if (is_one_of(entry.key, kSections)) continue;
        findings.problem(entry.where, "a template has no such section" + findings.hint(entry.key, [] {
            return kSections;
        }));
    }
    for (const char* name_of_map :
         {"Parameters", "Mappings", "Conditions", "Resources", "Outputs", "Globals"}) {
        const Node* node = root.find(name_of_map);
        if (node == nullptr || node->type == Node::Type::Map || node->type == Node::Type::Null) continue;
        findings.problem(node->where, "expected a map of names and values, not " + describe(*node));
    }
    if (const Node* transform = root.find("Transform")) read_transform(*transform, findings);
    const Node* all = section("Resources");
    if (all == nullptr || all->entries.empty()) {
        findings.problem(all == nullptr ? root.where : all->where, "a template needs at least one resource");
    } else if (all->entries.size() > kResourcesMax) {
        findings.problem(all->where, "more than " + std::to_string(kResourcesMax) + " resources");
    } else {
        for (const Node::Entry& entry : all->entries) {
            if (entry.key == "Fn::Transform") {
                say_macro(entry.value, findings);
            } else {
                read_resource(entry, findings);
            }
        }
    }
}

void Template::read_transform(const Node& transform, Findings& findings)
{
    for (const Node* each : one_or_more(transform)) {
        const std::string name = name_of_macro(*each);
        if (name == kSam) {
            is_sam = true;
        } else if (name != kLanguageExtensions) {
            say_macro(*each, findings);
        }
    }
}

void Template::read_resource(const Node::Entry& entry, Findings& findings)
{
    const Node& body = entry.value;
    if (body.type != Node::Type::Map) {
        return findings.problem(body.where, "expected a resource with a Type, not " + describe(body));
    }
    for (const Node::Entry& attribute : body.entries) {
        if (is_one_of(attribute.key, kAttributes)) continue;
        findings.problem(
            attribute.where,
            "a resource has no such attribute" + findings.hint(attribute.key, [] { return kAttributes; }));
    }
    Resource made;
    made.id = entry.key;
    made.where = entry.where;
    made.type = text_of(&body, "Type");
    if (made.type.empty()) return findings.problem(entry.where, "the resource needs a Type");
    if (made.type.starts_with("AWS::Serverless::") && !is_sam) {
        findings.problem(body.find("Type")->where,
                         made.type + " needs \"Transform: " + std::string(kSam) + "\" at the top");
    }
    const Node* properties = body.find("Properties");
    made.properties = properties == nullptr ? map_node(entry.where) : *properties;
    if (made.properties.type == Node::Type::Null) made.properties = map_node(entry.where);
    if (made.properties.type != Node::Type::Map) {
        findings.problem(made.properties.where,
                         "expected a map of names and values, not " + describe(made.properties));
        made.properties = map_node(entry.where);
    }
    if (const Node* ignored = body.find("IgnoreGlobals")) made.ignore_globals = *ignored;
    made.condition = text_of(&body, "Condition");
    if (const Node* needs = body.find("DependsOn")) {
        for (const Node* each : one_or_more(*needs)) made.depends_on.push_back(each->text);
    }
    const Node* metadata = body.find("Metadata");
    made.asset_path = text_of(metadata, "aws:asset:path");
    made.asset_property = text_of(metadata, "aws:asset:property");
    made.build_method = text_of(metadata, "BuildMethod");
    if (made.id.find_first_not_of(kLettersAndDigits) != std::string::npos) {
        findings.problem(entry.where, "a logical id has letters and digits only");
    }
    add(std::move(made));
}

const Node* Template::section(std::string_view name) const
{
    const Node* found = root_.find(name);
    return found != nullptr && found->type == Node::Type::Map ? found : nullptr;
}

const Resource* Template::find(std::string_view id) const
{
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

std::vector<std::string> Template::resource_ids() const
{
    std::vector<std::string> ids;
    for (const Resource& resource : resources) ids.push_back(resource.id);
    return ids;
}

void Template::add(Resource made)
{
    if (by_id_.contains(made.id)) return;
    resources.push_back(std::move(made));
    by_id_[resources.back().id] = &resources.back();
}

void Template::add_alias(std::string name, std::string id)
{
    if (const Resource* resource = find(id)) by_id_.emplace(std::move(name), resource);
}

bool has_transform(const Node& root, std::string_view name)
{
    const Node* transform = root.find("Transform");
    if (transform == nullptr) return false;
    const std::vector<const Node*> names = one_or_more(*transform);
    return std::any_of(
        names.begin(), names.end(), [&](const Node* each) { return name_of_macro(*each) == name; });
}

bool is_template(const Node& root)
{
    for (const char* name : {"AWSTemplateFormatVersion", "Transform", "Resources"}) {
        if (root.find(name) != nullptr) return true;
    }
    return false;
}

}  // namespace postern::config::templates
