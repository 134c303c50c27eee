// SPDX-License-Identifier: Apache-2.0
#include "config/template/merge_keys.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace postern::config::templates {

namespace {

constexpr const char* kMergeKey = "<<";

bool is_merged(const Node::Entry& entry)
{
    if (entry.key != kMergeKey) return false;
    const Node& value = entry.value;
    if (value.type == Node::Type::Map) return true;
    return value.type == Node::Type::List &&
           std::all_of(value.items.begin(), value.items.end(), [](const Node& item) {
               return item.type == Node::Type::Map;
           });
}

}  // namespace

void merge_keys(Node& node)
{
    for (Node& item : node.items) merge_keys(item);
    for (Node::Entry& entry : node.entries) merge_keys(entry.value);
    const auto found = std::find_if(node.entries.begin(), node.entries.end(), &is_merged);
    if (found == node.entries.end()) return;

    Node merged = std::move(found->value);
    node.entries.erase(found);
    std::set<std::string> known;
    for (const Node::Entry& entry : node.entries) known.insert(entry.key);
    std::vector<Node> sources = std::move(merged.items);
    if (merged.type == Node::Type::Map) sources.push_back(std::move(merged));
    for (Node& source : sources) {
        for (Node::Entry& entry : source.entries) {
            if (known.insert(entry.key).second) node.entries.push_back(std::move(entry));
        }
    }
}

}  // namespace postern::config::templates
