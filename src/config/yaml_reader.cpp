// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_reader.hpp"

#include "core/text.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/node/node.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <utility>

namespace postern::config {

namespace {

std::string meaningless(const std::string& tag)
{
    return "the tag " + tag + " means nothing here";
}

/// Thrown through the parser: the text cannot be read any further.
struct Stop {
    Diagnostic why;
};

std::size_t count_nodes(const Node& node)
{
    std::size_t count = 1;
    for (const Node& item : node.items) count += count_nodes(item);
    for (const Node::Entry& entry : node.entries) count += count_nodes(entry.value);
    return count;
}

/// Levels of lists and maps in the tree.
std::size_t height(const Node& node)
{
    if (node.type == Node::Type::Null || node.type == Node::Type::Scalar) return 0;
    std::size_t below = 0;
    for (const Node& item : node.items) below = std::max(below, height(item));
    for (const Node::Entry& entry : node.entries) below = std::max(below, height(entry.value));
    return below + 1;
}

/// Builds the tree from the parser's events, so that every key has its own place and nothing is larger than
/// its bound.
class TreeBuilder final : public YAML::EventHandler {
public:
    TreeBuilder(const std::string& name, Document& out) : name_(name), out_(out) {}

    // NOLINTBEGIN(readability-identifier-naming)
    void OnDocumentStart(const YAML::Mark& mark) override
    {
        if (has_document_) stop(position(mark), "expected the end of the document");
        has_document_ = true;
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        Node node;
        node.where = position(mark);
        add(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) stop(position(mark), "an alias inside the value that it stands for");
        const Node& node = found->second;
        if (open_.size() + height(node) > kDepthMax) stop_too_deep(position(mark));
        charge(count_nodes(node), position(mark));
        add(node, 0);
    }

    void OnScalar(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  const std::string& value) override
    {
        Node node = scalar_node(value, position(mark));
        node.is_quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
        node.tag = own_tag(tag, node.where);
        add(std::move(node), anchor);
    }

    void OnSequenceStart(const YAML::Mark& mark,
                         const std::string& tag,
                         YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override
    {
        open(Node::Type::List, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark,
                    const std::string& tag,
                    YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override
    {
        open(Node::Type::Map, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }
    // NOLINTEND(readability-identifier-naming)

private:
    /// A list or map whose end has not come yet.
    struct Open {
        Node node;
        YAML::anchor_t anchor = 0;
        std::optional<Node> key;                         // Map: read, its value is next
        std::unordered_map<std::string, Position> keys;  // Map: where each key stands
    };

    Position position(const YAML::Mark& mark) const { return {name_, mark.line + 1, mark.column + 1}; }

    [[noreturn]] static void stop(Position where, std::string message)
    {
        throw Stop{{std::move(where), "", std::move(message)}};
    }

    [[noreturn]] static void stop_too_deep(Position where)
    {
        stop(std::move(where), "nested more than " + std::to_string(kDepthMax) + " levels deep");
    }

    void charge(std::size_t nodes, const Position& where)
    {
        nodes_ += nodes;
        if (nodes_ > kNodesMax) {
            stop(where,
                 "more than " + std::to_string(kNodesMax) + " values, counting those that aliases repeat");
        }
    }

    /// An application's tag; "" for one of YAML's own, which the core schema has anyway.
    static std::string own_tag(const std::string& tag, const Position& where)
    {
        if (tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002:")) return "";
        if (!tag.starts_with('!')) stop(where, meaningless(tag));
        return tag;
    }

    void open(Node::Type type, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor)
    {
        Open opened;
        opened.node.type = type;
        opened.node.where = position(mark);
        opened.anchor = anchor;
        opened.node.tag = own_tag(tag, opened.node.where);
        if (open_.size() >= kDepthMax) stop_too_deep(opened.node.where);
        open_.push_back(std::move(opened));
    }

    void close()
    {
        Open closed = std::move(open_.back());
        open_.pop_back();
        add(std::move(closed.node), closed.anchor);
    }

    void add(Node node, YAML::anchor_t anchor)
    {
        charge(1, node.where);
        if (anchor != 0) {
            charge(count_nodes(node), node.where);
            anchors_[anchor] = node;
        }
        if (open_.empty()) {
            if (node.type == Node::Type::Null) node.where = {name_, 1, 1};
            out_.root = std::move(node);
        } else if (open_.back().node.type == Node::Type::List) {
            open_.back().node.items.push_back(std::move(node));
        } else if (!open_.back().key) {
            add_key(open_.back(), std::move(node));
        } else {
            add_value(open_.back(), std::move(node));
        }
    }

    void add_key(Open& map, Node key)
    {
        if (key.type == Node::Type::Null) key = scalar_node("null", key.where);
        if (key.type != Node::Type::Scalar)
            stop(key.where, "expected a name before the colon, not " + describe(key));
        const auto [first, is_new] = map.keys.emplace(key.text, key.where);
        if (!is_new) {
            out_.problems.push_back(
                {key.where,
                 "",
                 "the key " + describe(key) + " is already in line " + std::to_string(first->second.line)});
        }
        map.key = std::move(key);
    }

    void add_value(Open& map, Node value)
    {
        Node key = *std::exchange(map.key, std::nullopt);
        if (value.type == Node::Type::Null)
            value.where = key.where;  // the parser is already at the next token
        const bool is_duplicate =
            map.keys[key.text].line != key.where.line || map.keys[key.text].column != key.where.column;
        if (is_duplicate) return;
        map.node.entries.push_back({std::move(key.text), std::move(key.where), std::move(value)});
    }

    const std::string& name_;
    Document& out_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, Node> anchors_;
    std::size_t nodes_ = 0;
    bool has_document_ = false;
};

/// The place of the first byte that is NUL or not UTF-8, if any.
std::optional<Diagnostic> bad_bytes(std::string_view text, const std::string& name)
{
    int line = 1;
    for (const std::string_view row : text::split(text, '\n')) {
        const std::size_t nul = row.find('\0');
        if (nul != std::string_view::npos) {
            return Diagnostic{
                {name, line, static_cast<int>(nul) + 1}, "", "a NUL byte: this is not a text file"};
        }
        if (!text::is_utf8(row)) {
            const std::string repaired = text::to_utf8_lossy(row);
            const auto first = std::mismatch(row.begin(), row.end(), repaired.begin(), repaired.end()).first;
            return Diagnostic{
                {name, line, static_cast<int>(first - row.begin()) + 1}, "", "the text is not UTF-8"};
        }
        ++line;
    }
    return std::nullopt;
}

/// The text with YAML's end marker: without it the parser takes the end of the text for the end of a quoted
/// scalar.
std::string with_end(std::string_view text)
{
    return std::string(text) + (text.empty() || text.ends_with('\n') ? "...\n" : "\n...\n");
}

/// The parser's words, except where they speak of the marker that we added.
std::string syntax_message(const std::string& said)
{
    if (said == "illegal document indicator in scalar") return "not valid YAML: a quoted text has no end";
    return "not valid YAML: " + said;
}

}  // namespace

void refuse_tags(const Node& root, std::vector<Diagnostic>& problems)
{
    if (!root.tag.empty()) problems.push_back({root.where, "", meaningless(root.tag)});
    for (const Node& item : root.items) refuse_tags(item, problems);
    for (const Node::Entry& entry : root.entries) refuse_tags(entry.value, problems);
}

Document read_yaml(std::string_view text, const std::string& name)
{
    Document document;
    document.root.where = {name, 1, 1};
    if (text.size() > kFileBytesMax) {
        document.problems.push_back({{name, 0, 0}, "", "larger than 4 MiB"});
        return document;
    }
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (std::optional<Diagnostic> problem = bad_bytes(text, name)) {
        document.problems.push_back(*std::move(problem));
        return document;
    }
    try {
        std::istringstream stream{with_end(text)};
        YAML::Parser parser(stream);
        TreeBuilder builder(name, document);
        while (parser.HandleNextDocument(builder)) {
        }
        document.is_complete = true;
    } catch (const Stop& stop) {
        document.problems.push_back(stop.why);
    } catch (const YAML::Exception& error) {
        document.problems.push_back(
            {{name, error.mark.line + 1, error.mark.column + 1}, "", syntax_message(error.msg)});
    }
    return document;
}

}  // namespace postern::config
