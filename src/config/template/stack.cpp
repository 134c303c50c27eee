// SPDX-License-Identifier: Apache-2.0
#include "config/template/stack.hpp"

#include "config/template/build.hpp"
#include "config/template/dependencies.hpp"

#include <utility>

namespace postern::config::templates {

std::string Item::text(std::string_view property) const
{
    const Node* found = find(property);
    return found != nullptr && found->type == Node::Type::Scalar ? found->text : "";
}

const Position& Item::where_of(std::string_view property) const
{
    const Node* found = find(property);
    return found == nullptr ? where() : found->where;
}

Stack::Stack(const Template& source, Evaluator& evaluator, Findings& findings)
    : evaluator_(evaluator), findings_(findings)
{
    for (const Resource& resource : source.resources) {
        if (evaluator.exists(resource)) evaluate(resource);
    }
    check_dependencies(source, evaluator, findings);
}

void Stack::evaluate(const Resource& resource)
{
    const std::vector<PropertyRule>* rules = rules_of(resource.type);
    Item item;
    item.resource = &resource;
    item.properties = map_node(resource.properties.where);
    item.ref = evaluator_.ref(resource);
    for (const Node::Entry& entry : resource.properties.entries) {
        const PropertyRule* rule = rules == nullptr ? nullptr : find_rule(*rules, entry.key);
        const bool is_used = rule != nullptr && rule->use != PropertyRule::Use::Ignored;
        // SAM makes resources of their own of events, so what they refer to is not what the function needs.
        const bool is_apart = entry.key == "Events" && resource.type == "AWS::Serverless::Function";
        evaluator_.set_current(is_apart ? nullptr : &resource);
        if (!is_used) {
            static_cast<void>(evaluator_.evaluate_unused(entry.value));
            if (rules != nullptr) say_ignored(resource, entry, rule);
            continue;
        }
        // An asset's place in S3 is asked for last: older CDK makes parameters of it that nobody can give.
        const bool is_asset = entry.key == resource.asset_property && !resource.asset_path.empty();
        if (auto value =
                is_asset ? evaluator_.evaluate_unused(entry.value) : evaluator_.evaluate(entry.value))
            item.properties.entries.push_back({entry.key, entry.where, *std::move(value)});
    }
    evaluator_.set_current(nullptr);
    items_.push_back(std::move(item));
    by_type_[resource.type].push_back(&items_.back());
    by_ref_.emplace(std::pair(resource.type, items_.back().ref), &items_.back());
}

/// A name that is nearly a known one is a slip; any other may be new at AWS.
void Stack::say_ignored(const Resource& resource, const Node::Entry& entry, const PropertyRule* rule)
{
    if (rule != nullptr) {
        if (!resource.is_generated) findings_.ignored(entry.where, std::string(rule->reason));
        return;
    }
    const std::string hint = findings_.hint(entry.key, [&] { return names_of(*rules_of(resource.type)); });
    if (!hint.empty()) return findings_.problem(entry.where, "no such property" + hint);
    findings_.ignored(entry.where, "Postern does not know this property of " + resource.type);
}

std::vector<const Item*> Stack::all(std::string_view type) const
{
    const auto found = by_type_.find(type);
    return found == by_type_.end() ? std::vector<const Item*>() : found->second;
}

const Item* Stack::find(std::string_view type, std::string_view ref) const
{
    const auto found = by_ref_.find({std::string(type), std::string(ref)});
    return found == by_ref_.end() ? nullptr : found->second;
}

Node Stack::copied(const Item& item)
{
    const std::vector<PropertyRule>& rules = *rules_of(item.resource->type);
    Node out = map_node(item.where());
    for (const Node::Entry& entry : item.properties.entries) {
        const PropertyRule* rule = find_rule(rules, entry.key);
        if (rule->use != PropertyRule::Use::Copied && rule->use != PropertyRule::Use::CopiedKeys) continue;
        const bool has_keys = rule->use == PropertyRule::Use::CopiedKeys;
        Node value = has_keys ? with_camel_keys(entry.value) : entry.value;
        unquote(value);
        out.entries.push_back({camel(entry.key), entry.where, std::move(value)});
    }
    return out;
}

}  // namespace postern::config::templates
