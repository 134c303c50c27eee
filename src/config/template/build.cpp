// SPDX-License-Identifier: Apache-2.0
#include "config/template/build.hpp"

#include <utility>

namespace postern::config::templates {

void put(Node& map, std::string key, Node value)
{
    Position where = value.where;
    map.entries.push_back({std::move(key), std::move(where), std::move(value)});
}

void put(Node& map, std::string key, std::string text, const Position& where)
{
    put(map, std::move(key), scalar_node(std::move(text), where));
}

Node list_node(std::vector<Node> items, const Position& where)
{
    Node list;
    list.type = Node::Type::List;
    list.where = where;
    list.items = std::move(items);
    return list;
}

Node call_node(std::string function, Node argument)
{
    Node call = map_node(argument.where);
    put(call, std::move(function), std::move(argument));
    return call;
}

Node ref_node(std::string id, const Position& where)
{
    return call_node("Ref", scalar_node(std::move(id), where));
}

std::string camel(std::string_view pascal)
{
    std::string out(pascal);
    if (!out.empty() && out[0] >= 'A' && out[0] <= 'Z') out[0] = static_cast<char>(out[0] - 'A' + 'a');
    return out;
}

Node with_camel_keys(Node map)
{
    for (Node::Entry& entry : map.entries) entry.key = camel(entry.key);
    return map;
}

void unquote(Node& node)
{
    node.is_quoted = false;
    for (Node& item : node.items) unquote(item);
    for (Node::Entry& entry : node.entries) unquote(entry.value);
}

}  // namespace postern::config::templates
