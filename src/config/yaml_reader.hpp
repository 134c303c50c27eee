// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostics.hpp"
#include "config/node.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

/// Bounds that a hostile file meets; a real one is far below each.
inline constexpr std::size_t kFileBytesMax = std::size_t{4} * 1024 * 1024;
inline constexpr std::size_t kDepthMax = 64;
inline constexpr std::size_t kNodesMax = 100'000;  ///< values, counting what anchors keep and aliases repeat

struct Document {
    Node root;
    bool is_complete = false;  ///< false: reading stopped at the last problem, and the root is to be ignored
    std::vector<Diagnostic> problems;  ///< duplicate keys, and what stopped the reading
};

/// Reads one YAML 1.2 document (and so JSON) into a tree with positions. `name` is the positions' file. Tags
/// of applications ("!Ref") are kept in the nodes.
Document read_yaml(std::string_view text, const std::string& name);

/// Every tag that was kept is a mistake: the file is one in which they mean nothing.
void refuse_tags(const Node& root, std::vector<Diagnostic>& problems);

}  // namespace postern::config
