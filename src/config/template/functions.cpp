// SPDX-License-Identifier: Apache-2.0
// Evaluator: the intrinsic functions on texts and lists.
#include "config/template/booleans.hpp"
#include "config/template/evaluator.hpp"
#include "config/units.hpp"
#include "core/base64.hpp"

#include <utility>

namespace postern::config::templates {

namespace {

Node list_at(const Position& where)
{
    Node list;
    list.type = Node::Type::List;
    list.where = where;
    return list;
}

/// The value at a mapping's key. `yes: ...` is the key true to AWS, as every value `yes` is.
const Node* value_at(const Node& map, const std::string& key)
{
    const Node* exact = map.find(key);
    if (exact != nullptr || (key != "true" && key != "false")) return exact;
    for (const Node::Entry& entry : map.entries) {
        Node word = scalar_node(entry.key, entry.where);
        settle_booleans(word);
        if (word.text == key) return &entry.value;
    }
    return nullptr;
}

}  // namespace

Evaluator::Value Evaluator::join(const Call& call)
{
    const Node& argument = *call.argument;
    if (argument.items.size() != 2 || argument.items[0].type != Node::Type::Scalar)
        return fail(call.where, "Fn::Join takes a delimiter and a list");
    const std::size_t mistakes = findings_.problems.size();
    const Value list = walk(argument.items[1]);
    if (!list || findings_.problems.size() > mistakes) return std::nullopt;  // not a text with a gap in it
    if (list->type != Node::Type::List)
        return fail(call.where, "Fn::Join takes a delimiter and a list, not " + describe(*list));
    std::string out;
    for (std::size_t i = 0; i < list->items.size(); ++i) {
        const Node& item = list->items[i];
        if (item.type != Node::Type::Scalar)
            return fail(item.where, "Fn::Join joins texts, not " + describe(item));
        if (!charge(item.text.size() + argument.items[0].text.size(), call.where)) return std::nullopt;
        out += (i == 0 ? "" : argument.items[0].text) + item.text;
    }
    return made(std::move(out), call.where);
}

Evaluator::Value Evaluator::select(const Call& call)
{
    const Node& argument = *call.argument;
    if (argument.items.size() != 2) return fail(call.where, "Fn::Select takes an index and a list");
    const auto index = text(argument.items[0], "an index");
    Value list = walk(argument.items[1]);
    if (!index || !list) return std::nullopt;
    if (list->type != Node::Type::List)
        return fail(call.where, "Fn::Select takes an index and a list, not " + describe(*list));
    const auto number = parse_integer(*index);
    const auto count = static_cast<std::int64_t>(list->items.size());
    if (!number || *number < 0 || *number >= count) {
        return fail(call.where,
                    "Fn::Select: there is no item " + describe(scalar_node(*index, {})) + " in a list of " +
                        std::to_string(count) + "; the first is 0");
    }
    return std::move(list->items[static_cast<std::size_t>(*number)]);
}

Evaluator::Value Evaluator::split(const Call& call)
{
    const Node& argument = *call.argument;
    if (argument.items.size() != 2 || argument.items[0].type != Node::Type::Scalar ||
        argument.items[0].text.empty()) {
        return fail(call.where, "Fn::Split takes a delimiter and a text");
    }
    const auto whole = text(argument.items[1], "a text");
    if (!whole) return std::nullopt;
    const std::string& delimiter = argument.items[0].text;
    Node list = list_at(call.where);
    std::size_t start = 0;
    for (;;) {
        const std::size_t end = whole->find(delimiter, start);
        if (!charge(kNodeBytes, call.where)) return std::nullopt;
        list.items.push_back(scalar_node(whole->substr(start, end - start), call.where));
        if (end == std::string::npos) return list;
        start = end + delimiter.size();
    }
}

Evaluator::Value Evaluator::find_in_map(const Call& call)
{
    const std::vector<Node>& items = call.argument->items;
    if (items.size() != 3 && items.size() != 4)
        return fail(call.where, "Fn::FindInMap takes a map, a key and a second key");
    const Node* at = template_.section("Mappings");
    const Node* preset = items.size() == 4 ? items[3].find("DefaultValue") : nullptr;
    std::string path;
    for (std::size_t i = 0; i < 3; ++i) {
        const auto key = text(items[i], "a key");
        if (!key) return std::nullopt;
        if (at != nullptr && !charge(at->entries.size(), call.where)) return std::nullopt;
        const Node* below = at == nullptr ? nullptr : value_at(*at, *key);
        if (below == nullptr && preset != nullptr) return walk(*preset);
        if (below == nullptr) {
            return fail(items[i].where,
                        "Mappings" + path + " has no key " + describe(scalar_node(*key, {})) +
                            findings_.hint(*key, [at] { return keys_of(at); }));
        }
        path += '.' + *key;
        at = below;
    }
    Value found = walk(*at);
    if (found) found->where = call.where;
    return found;
}

Evaluator::Value Evaluator::base64(const Call& call)
{
    const Value value = walk_argument(call);
    if (!value) return std::nullopt;
    if (value->type != Node::Type::Scalar)
        return fail(call.where, "Fn::Base64 takes a text, not " + describe(*value));
    return made(postern::base64::encode(value->text), call.where);
}

Evaluator::Value Evaluator::get_azs(const Call& call)
{
    const Value region = walk_argument(call);
    if (!region) return std::nullopt;
    const std::string name = region->text.empty() ? identity_.region : region->text;
    Node zones = list_at(call.where);
    for (const char* letter : {"a", "b", "c"}) zones.items.push_back(scalar_node(name + letter, call.where));
    return zones;
}

Evaluator::Value Evaluator::import_value(const Call& call)
{
    const Value name = walk_argument(call);
    if (!name) return std::nullopt;
    if (auto value = parameters_.given("import:" + name->text)) return made(*std::move(value), call.where);
    if (auto value = imports_ ? imports_(name->text) : std::nullopt)
        return made(*std::move(value), call.where);
    return fail(call.where,
                "Fn::ImportValue: what another stack exports as " + describe(*name) +
                    " is not known here: say --parameter-overrides \"import:" + name->text + "=VALUE\"");
}

Evaluator::Value Evaluator::length(const Call& call)
{
    const Value list = walk_argument(call);
    if (!list) return std::nullopt;
    if (list->type != Node::Type::List)
        return fail(call.where, "Fn::Length takes a list, not " + describe(*list));
    return made(std::to_string(list->items.size()), call.where);
}

Evaluator::Value Evaluator::to_json_string(const Call& call)
{
    const Value value = walk_argument(call);
    if (!value) return std::nullopt;
    auto text = to_json(*value);
    if (!text) return fail(call.where, "Fn::ToJsonString: " + text.error().detail);
    return made(*std::move(text), call.where);
}

}  // namespace postern::config::templates
