// SPDX-License-Identifier: Apache-2.0
// How things are found in the tree: through variables and merge keys.
#include "config/serverless/variables.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace postern::config::serverless {

namespace {

constexpr std::string_view kMergeKey = "<<";
constexpr int kMergedMax = 8;  ///< merge keys inside one another

}  // namespace

std::vector<Variables::Entry> Variables::entries(const Node& map)
{
    std::vector<Entry> out;
    collect(head(map), out, 0);
    for (Entry& entry : out) entry.value = &head(entry.written->value);
    return out;
}

/// The entries of a map, and those that its merge keys add: its own win, then the earlier ones.
void Variables::collect(const Node& map, std::vector<Entry>& out, int depth)
{
    const Node* merged = map.find(kMergeKey);
    std::unordered_set<std::string_view> known;
    if (depth > 0) {
        for (const Entry& entry : out) known.insert(entry.written->key);
    }
    for (const Node::Entry& entry : map.entries) {
        if (entry.key != kMergeKey && !known.contains(entry.key)) out.push_back({&entry, &entry.value});
    }
    if (merged == nullptr || depth >= kMergedMax) return;
    const Node& others = head(*merged);
    if (others.type == Node::Type::Map) collect(others, out, depth + 1);
    for (const Node& other : others.items) {
        if (!charge(out.size(), 0, other.where)) return;
        collect(head(other), out, depth + 1);
    }
}

const Node* Variables::entry_of(const Node& container, std::string_view key)
{
    const Node& whole = head(container);
    if (&whole == &mistake_) return &mistake_;
    const Node* found = whole.find(key);
    if (found == nullptr && whole.find(kMergeKey) != nullptr) {
        std::vector<Entry> all;
        collect(whole, all, 0);
        const auto entry = std::find_if(
            all.begin(), all.end(), [&](const Entry& candidate) { return candidate.written->key == key; });
        if (entry != all.end()) found = entry->value;
    }
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
    if (error == std::errc() && end == key.data() + key.size() && index < whole.items.size())
        found = &whole.items[index];
    return found == nullptr ? nullptr : &head(*found);
}

const Node* Variables::look(const Node& container, std::string_view path)
{
    const Node* node = &container;
    for (const std::string_view step : text::split(path, '.')) {
        node = entry_of(*node, step);
        if (node == nullptr) return nullptr;
    }
    return node;
}

const Node* Variables::find(const Node& container, std::string_view key)
{
    const Node* found = entry_of(container, key);
    return found == nullptr || found->type == Node::Type::Null ? nullptr : found;
}

const Node* Variables::find_path(const Node& container, std::string_view path)
{
    const Node* found = look(container, path);
    return found == nullptr || found->type == Node::Type::Null ? nullptr : found;
}

std::string Variables::text(const Node& map, std::string_view path, std::string otherwise)
{
    const Node* found = find_path(map, path);
    if (found == nullptr) return otherwise;
    if (found->type == Node::Type::Scalar) return found->text;
    report(found->where, std::string(path) + ": expected a text, not " + describe(*found));
    return otherwise;
}

}  // namespace postern::config::serverless
