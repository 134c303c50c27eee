// SPDX-License-Identifier: Apache-2.0
#include "config/template/places.hpp"

#include "config/reader.hpp"

#include <map>
#include <string>
#include <utility>

namespace postern::config::templates {

namespace {

using Place = std::pair<int, int>;  // line and column

constexpr std::size_t kNameMax = 128;  // of each name in a path

/// Looks for the wanted places only, so that nothing is made for the rest of a large template.
class Walk {
public:
    explicit Walk(const std::string& file) : file_(file) {}

    void want(const Position& where)
    {
        if (where.file == file_ && where.line > 0) paths_.emplace(Place(where.line, where.column), "");
    }

    /// A key wins over the map that it begins: that is what people see at the place.
    void visit(const Node& node, const std::string& path)
    {
        found(node.where, path, false);
        for (std::size_t i = 0; i < node.items.size(); ++i)
            visit(node.items[i], path + '[' + std::to_string(i) + ']');
        for (const Node::Entry& entry : node.entries) {
            const bool is_call = entry.key == "Ref" ||
                                 (entry.key.starts_with("Fn::") && !entry.key.starts_with("Fn::ForEach::"));
            const std::string below = is_call ? path : join(path, entry.key.substr(0, kNameMax));
            found(entry.where, below, true);
            visit(entry.value, below);
        }
    }

    void fill(const Position& where, std::string& path) const
    {
        if (where.file != file_) return;
        const auto place = paths_.find({where.line, where.column});
        if (place != paths_.end() && !place->second.empty()) path = place->second;
    }

private:
    void found(const Position& where, const std::string& path, bool is_key)
    {
        const auto place = paths_.find({where.line, where.column});
        if (place != paths_.end() && (is_key || place->second.empty())) place->second = path;
    }

    const std::string& file_;
    std::map<Place, std::string> paths_;
};

}  // namespace

void name_places(const Node& root, std::vector<Diagnostic>& problems, std::vector<Note>& notes)
{
    Walk walk(root.where.file);
    for (const Diagnostic& problem : problems) walk.want(problem.where);
    for (const Note& note : notes) walk.want(note.where);
    walk.visit(root, "");
    for (Diagnostic& problem : problems) walk.fill(problem.where, problem.path);
    for (Note& note : notes) walk.fill(note.where, note.path);
}

}  // namespace postern::config::templates
