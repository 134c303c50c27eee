// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostics.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

/// One value of a configuration text, with the place where it stands. A tree is at most kDepthMax deep.
struct Node {
    enum class Type { Null, Scalar, List, Map };
    struct Entry;

    Type type = Type::Null;
    std::string text;        ///< Scalar: as written, escapes resolved
    bool is_quoted = false;  ///< Scalar: quoted or a block, so text whatever it looks like
    std::string tag{};       ///< "!Ref": of CloudFormation's short forms; "" for a node without one
    Position where;
    std::vector<Node> items;     ///< List
    std::vector<Entry> entries;  ///< Map, in the order of the file; keys are unique

    const Node* find(std::string_view key) const;
    Node* find(std::string_view key);

    /// Null, "", [] or {}.
    bool is_empty() const;
};

struct Node::Entry {
    std::string key;
    Position where;  ///< of the key
    Node value;
};

Node scalar_node(std::string text, Position where);
Node map_node(Position where);

/// Makes the tree one that stands in no file, such as a default.
void forget_lines(Node& node);

/// What stands there, for "expected ..., not ...": `"abc"`, `a list`, `a map`, `nothing`.
std::string describe(const Node& node);

/// The tree as JSON text, unquoted scalars typed by YAML 1.2's core schema: null, true, 12, 0x1f, 1.5;
/// everything else is a string. Fails on what JSON cannot say (.inf, .nan).
Result<std::string> to_json(const Node& node);

}  // namespace postern::config
