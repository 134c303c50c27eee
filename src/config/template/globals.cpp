// SPDX-License-Identifier: Apache-2.0
#include "config/template/globals.hpp"

#include <algorithm>

namespace postern::config::templates {

namespace {

bool is_function(const Node& node)
{
    if (!node.tag.empty()) return true;
    return node.entries.size() == 1 &&
           (node.entries[0].key == "Ref" || node.entries[0].key.starts_with("Fn::"));
}

}  // namespace

Node with_globals(const Node& globals, const Node& own)
{
    if (globals.type != own.type || is_function(globals) || is_function(own)) return own;
    if (own.type == Node::Type::List) {
        Node out = own;
        out.items.insert(out.items.begin(), globals.items.begin(), globals.items.end());
        return out;
    }
    if (own.type != Node::Type::Map) return own;
    Node out = own;
    for (const Node::Entry& entry : globals.entries) {
        if (Node* mine = out.find(entry.key)) {
            *mine = with_globals(entry.value, *mine);
        } else {
            out.entries.push_back(entry);
        }
    }
    return out;
}

Node without_ignored(const Node& globals, const Node& ignore_globals)
{
    if (ignore_globals.text == "*") return map_node(globals.where);
    Node out = globals;
    std::erase_if(out.entries, [&](const Node::Entry& entry) {
        return std::any_of(ignore_globals.items.begin(), ignore_globals.items.end(), [&](const Node& name) {
            return name.text == entry.key;
        });
    });
    return out;
}

}  // namespace postern::config::templates
