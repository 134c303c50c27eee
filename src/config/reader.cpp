// SPDX-License-Identifier: Apache-2.0
#include "config/reader.hpp"

#include "config/yaml_reader.hpp"

#include <algorithm>
#include <filesystem>

namespace postern::config {

namespace {

/// Mistakes that still get a "did you mean": a hostile file must not buy a search for each of its keys.
constexpr std::size_t kHintsMax = 200;

/// The value of a property that the file leaves out: lists and maps that have one.
Node default_node(const Property& property)
{
    Node node = read_yaml(property.default_yaml, "default").root;
    forget_lines(node);
    return node;
}

const Node* find_either(const Node& node, const Property& property)
{
    const Node* found = node.find(property.name);
    return found == nullptr && !property.alias.empty() ? node.find(property.alias) : found;
}

bool holds_secrets(const Section& section)
{
    return std::any_of(section.properties.begin(), section.properties.end(), [](const Property& property) {
        return property.is_secret;
    });
}

bool is_aws_default(const Property& property, const Value& value, const Value& unset)
{
    return value == unset ||
           (!property.aws_default.empty() && format_value(property.rule, value) == property.aws_default);
}

}  // namespace

std::string join(const std::string& path, const std::string& name)
{
    return path.empty() ? name : path + '.' + name;
}

void Reader::report(const Position& where, const std::string& path, std::string message)
{
    problems.push_back({where, path, std::move(message)});
}

void Reader::read(const Section& section, const Node& node, void* target, const std::string& path)
{
    positions[path] = node.where;
    if (node.type == Node::Type::Scalar && section.short_form != nullptr) {
        read_short_form(section, node, target, path);
    } else if (is_right_type(node, Node::Type::Map, path, holds_secrets(section))) {
        read_properties(section, node, target, path);
    }
}

void Reader::read_short_form(const Section& section, const Node& node, void* target, const std::string& path)
{
    const ShortForm& form = *section.short_form;
    const Result<Value> value = parse_value(form.rule, node);
    if (!value) return report(node.where, path, value.error().detail);
    if (form.set == nullptr) {
        Node whole = map_node(node.where);
        whole.entries.push_back({form.stands_for, node.where, node});
        return read_properties(section, whole, target, path);
    }
    form.set(target, *value);
    origins.push_back({path, format_value(form.rule, *value), source_of(node.where)});
}

void Reader::read_properties(const Section& section, const Node& node, void* target, const std::string& path)
{
    const std::size_t problems_before = problems.size();
    check_names(section, node, path);
    for (const Property& property : section.properties) {
        const Node* found = find_either(node, property);
        if (found == nullptr) {
            read_absent(section, property, node, target, join(path, property.name));
            continue;
        }
        const std::string child = join(path, property.name);
        positions[child] = found->where;
        if (property.support == Support::NotYet && property.rule.kind > Kind::Choice) {
            if (!found->is_empty()) report(found->where, child, property.name + " is not supported yet");
        } else if (property.support != Support::Refused) {
            read_present(property, *found, target, child);
        }
    }
    if (problems.size() == problems_before) check_choice_of_one(section, node, path);
}

void Reader::check_names(const Section& section, const Node& node, const std::string& path)
{
    for (const Node::Entry& entry : node.entries) {
        const Property* property = section.find(entry.key);
        if (property == nullptr) {
            const std::string hint =
                problems.size() < kHintsMax ? did_you_mean(entry.key, section.names()) : "";
            report(entry.where, join(path, entry.key), "no such property" + hint);
        } else if (property->support == Support::Refused) {
            report(entry.where, join(path, entry.key), property->name + ' ' + property->reason);
        } else if (entry.key == property->alias && node.find(property->name) != nullptr) {
            report(entry.where,
                   join(path, entry.key),
                   "the same as " + property->name + ", which is there, too");
        }
    }
}

void Reader::check_choice_of_one(const Section& section, const Node& node, const std::string& path)
{
    if (section.exactly_one_of.empty()) return;
    std::string names;
    std::size_t count = 0;
    for (const std::string& name : section.exactly_one_of) {
        names += (names.empty() ? "" : " or ") + name;
        if (node.find(name) != nullptr) ++count;
    }
    if (count == 0) report(node.where, path, names + " is required");
    if (count > 1) report(node.where, path, "expected only one of " + names);
}

void Reader::read_present(const Property& property, const Node& node, void* owner, const std::string& path)
{
    switch (property.rule.kind) {
        case Kind::TextList:
            return read_text_list(property, node, owner, path);
        case Kind::TextMap:
            return read_text_map(property, node, owner, path);
        case Kind::Json:
            return read_json(property, node, owner, path);
        case Kind::Map:
            return read_map(property, node, owner, path);
        case Kind::List:
            return read_list(property, node, owner, path);
        case Kind::Object: {
            if (node.type == Node::Type::Null && !property.is_always_there) {
                return report(node.where, path, "expected a value, not nothing");
            }
            void* target = property.enter(owner, "", node);
            if (target != nullptr) read(property.section(), node, target, path);
            return;
        }
        default:
            return read_scalar(property, node, owner, path);
    }
}

void Reader::read_absent(const Section& section,
                         const Property& property,
                         const Node& parent,
                         void* owner,
                         const std::string& path)
{
    if (property.is_required) {
        report(parent.where, path, property.name + " is required");
    } else if (!property.default_yaml.empty() || property.is_always_there) {
        Node node = property.is_always_there ? map_node({"default", 0, 0}) : default_node(property);
        read_present(property, node, owner, path);
    } else if (property.binding.get && property.support == Support::ActedOn) {
        const std::string value = format_value(property.rule, property.binding.get(section.defaults.get()));
        if (!value.empty()) origins.push_back({path, value, "default"});
    }
}

/// A path that stands in the file starts at the file's directory; those of flags and the environment at ours.
std::string Reader::resolved(const Node& path) const
{
    if (path.where.file != file_) return path.text;
    return (std::filesystem::path(file_).parent_path() / path.text).lexically_normal().string();
}

void Reader::read_scalar(const Property& property, const Node& node, void* owner, const std::string& path)
{
    Result<Value> value = parse_value(property.rule, node);
    if (!value) {
        return report(
            node.where, path, property.is_secret ? expected_of(property.rule) : value.error().detail);
    }
    if (property.is_expression && check_expression_) {
        if (const std::optional<std::string> why = check_expression_(node.text)) {
            return report(node.where, path, property.rule.message + ": " + *why);
        }
    }
    const auto& words = property.rule.choices;
    if (property.rule.kind == Kind::Path && std::find(words.begin(), words.end(), node.text) == words.end()) {
        *value = resolved(node);
    }
    keep(property, *value, node, owner, path);
}

void Reader::keep(
    const Property& property, const Value& value, const Node& node, void* owner, const std::string& path)
{
    const std::string text = format_value(property.rule, value);
    if (property.support == Support::NotYet &&
        !is_aws_default(property, value, property.binding.get(owner))) {
        return report(node.where, path, property.name + ' ' + text + " is not supported yet");
    }
    if (property.binding.set) property.binding.set(owner, value);
    origins.push_back({path, property.is_secret ? "(secret)" : text, source_of(node.where)});
}

void Reader::read_text_list(const Property& property, const Node& node, void* owner, const std::string& path)
{
    if (!is_right_type(node, Node::Type::List, path)) return;
    std::vector<std::string> texts;
    for (const Node& item : node.items) {
        const Result<Value> text = parse_value({.kind = Kind::Text, .pattern = property.rule.pattern}, item);
        if (!text) return report(item.where, path, text.error().detail);
        texts.push_back(property.rule.items_are_paths ? resolved(item) : std::get<std::string>(*text));
    }
    keep(property, texts, node, owner, path);
}

void Reader::read_text_map(const Property& property, const Node& node, void* owner, const std::string& path)
{
    if (!is_right_type(node, Node::Type::Map, path)) return;
    check_entries(property, node, path);
    Rule item = property.rule;
    item.kind = Kind::Text;
    api::StringMap texts;
    for (const Node::Entry& entry : node.entries) {
        const Result<Value> text = parse_value(item, entry.value);
        if (!text) {
            report(entry.value.where, join(path, entry.key), text.error().detail);
            continue;
        }
        texts[entry.key] = std::get<std::string>(*text);
        origins.push_back({join(path, entry.key), texts[entry.key], source_of(entry.value.where)});
    }
    property.binding.set(owner, texts);
}

void Reader::read_json(const Property& property, const Node& node, void* owner, const std::string& path)
{
    Result<std::string> text = to_json(node);
    if (!text) return report(node.where, path, text.error().detail);
    keep(property, *std::move(text), node, owner, path);
}

void Reader::read_map(const Property& property, const Node& node, void* owner, const std::string& path)
{
    if (node.is_empty() && !property.default_yaml.empty()) {
        return read_map(property, default_node(property), owner, path);
    }
    if (!is_right_type(node, Node::Type::Map, path)) return;
    check_entries(property, node, path);
    for (const Node::Entry& entry : node.entries) {
        void* target = property.enter(owner, entry.key, entry.value);
        read(property.section(), entry.value, target, join(path, entry.key));
    }
}

void Reader::read_list(const Property& property, const Node& node, void* owner, const std::string& path)
{
    if (node.is_empty() && !property.default_yaml.empty()) {
        return read_list(property, default_node(property), owner, path);
    }
    if (!is_right_type(node, Node::Type::List, path, holds_secrets(property.section()))) return;
    check_count(property, node.items.size(), node, path);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        void* target = property.enter(owner, "", node.items[i]);
        read(property.section(), node.items[i], target, path + '[' + std::to_string(i) + ']');
    }
}

void Reader::check_entries(const Property& property, const Node& node, const std::string& path)
{
    check_count(property, node.entries.size(), node, path);
    for (const Node::Entry& entry : node.entries) {
        const Result<Value> key = parse_value(property.key, scalar_node(entry.key, entry.where));
        if (!key) report(entry.where, path, key.error().detail);
    }
}

void Reader::check_count(const Property& property,
                         std::size_t count,
                         const Node& node,
                         const std::string& path)
{
    if (count < property.items_min) report(node.where, path, property.too_few);
    if (count <= property.items_max) return;
    const std::string most = std::to_string(property.items_max);
    report(node.where, path, "expected at most " + most + " entries, not " + std::to_string(count));
}

bool Reader::is_right_type(const Node& node, Node::Type wanted, const std::string& path, bool may_be_secret)
{
    if (node.type == wanted || node.type == Node::Type::Null) return true;
    const std::string expected = wanted == Node::Type::List ? "a list" : "a map of names and values";
    const bool is_hidden = may_be_secret && node.type == Node::Type::Scalar;
    report(node.where, path, "expected " + expected + (is_hidden ? "" : ", not " + describe(node)));
    return false;
}

}  // namespace postern::config
