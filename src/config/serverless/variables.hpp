// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"
#include "config/serverless/options.hpp"
#include "config/serverless/variable_sources.hpp"
#include "config/serverless/variable_syntax.hpp"
#include "config/translation.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace postern::config::serverless {

/// The tree of a serverless.yml with its variables replaced, as far as somebody asks for it: a variable that
/// nobody needs has no need of a value. Mistakes go to the translation, each once. Work and size are bounded
/// by kNodesMax values and kFileBytesMax bytes in all. The nodes that it is asked about are those of the
/// tree, or that it has given by reference: it knows them by their addresses.
class Variables {
public:
    /// `root` and `out` outlive it.
    Variables(const Node& root, const std::string& directory, const Options& options, Translation& out);

    /// The node itself, or what stands for it when it is a text with variables; not what is inside. The
    /// reference stays good. Null after a mistake.
    const Node& head(const Node& node);

    /// A copy of the node in which nothing has variables any more, and YAML's merge keys ("<<") are merged.
    /// Values stand where they are written, texts with variables where those are.
    Node resolve(const Node& node);

    struct Entry {
        const Node::Entry* written;  ///< key and position
        const Node* value;           ///< its head; never null
    };
    /// What is in a map, merge keys included; nothing when it is no map. In the order of the file.
    std::vector<Entry> entries(const Node& map);

    /// The head of an entry of a map or, with a number, of an item of a list; nullptr when there is none, or
    /// nothing in it.
    const Node* find(const Node& container, std::string_view key);
    /// The same along a path such as "provider.stage".
    const Node* find_path(const Node& container, std::string_view path);
    /// The same, but null where nothing is written, and what head() gives after a mistake.
    const Node* look(const Node& container, std::string_view path);

    /// The text of an entry; `otherwise` when there is none. A list or map is a mistake.
    std::string text(const Node& map, std::string_view path, std::string otherwise);

    const Node& root() const { return root_; }

    /// The place itself if it is in this file, else the file's beginning: relative paths of the native file
    /// start at the directory of the file that their place names.
    Position own_place(const Position& where) const
    {
        return where.file == root_.where.file ? where : root_.where;
    }

    const std::string& account_id() const { return sources_.account_id(); }
    Node stage() { return sources_.stage(); }
    Node region() { return sources_.region(); }

private:
    /// These give nullptr after a mistake; with `missing` set, because there is no value, which is a mistake
    /// unless somebody has a fallback. `node`: where the variable stands.
    const Node* value_of(const std::vector<Piece>& pieces, const Node& node, std::string& missing);
    const Node* value_of(const Variable& variable, const Node& node, std::string& missing);
    const Node* value_of(std::string_view source_text, const Node& node, std::string& missing);
    const Node* answer_of(const Source& source, const Node& node, std::string& missing);
    std::optional<std::string> interpolated(const std::vector<Piece>& pieces,
                                            const Node& node,
                                            std::string& missing);
    const Node* found_head(const Node& node);
    const Node* entry_of(const Node& container, std::string_view key);
    const Node* made(Node node);
    Node resolve_inside(const Node& node);
    void collect(const Node& map, std::vector<Entry>& out, int depth);
    bool charge(std::size_t nodes, std::size_t bytes, const Position& where);
    void report(const Position& where, std::string message);
    const Node* fail(const Node& node, std::string message);
    void report_cycle(const Node& node, const std::vector<const Node*>& chain);

    const Node& root_;
    Translation& out_;
    Sources sources_;
    std::deque<Node> made_;
    std::unordered_map<const Node*, const Node*> heads_;  ///< of texts; nullptr while it is being found
    std::vector<const Node*> finding_;  ///< texts whose head is being found, outermost first
    std::vector<const Node*> inside_;   ///< lists and maps that are being copied
    std::size_t nodes_ = 0;
    std::size_t bytes_ = 0;
    bool is_full_ = false;
    std::unordered_set<std::string> reported_;
    const Node nothing_;  ///< for null
    const Node mistake_;  ///< after a mistake
};

}  // namespace postern::config::serverless
