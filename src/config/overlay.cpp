// SPDX-License-Identifier: Apache-2.0
#include "config/overlay.hpp"

#include "config/property.hpp"
#include "config/reader.hpp"
#include "config/sections.hpp"
#include "config/units.hpp"
#include "config/yaml_reader.hpp"
#include "core/text.hpp"

#include <optional>

namespace postern::config {

namespace {

/// "gateway.listeners[0].port" as gateway, listeners, [0], port.
std::vector<std::string> steps_of(const std::string& path)
{
    std::vector<std::string> steps;
    for (std::string_view piece : text::split(path, '.')) {
        const std::size_t bracket = piece.ends_with(']') ? piece.find('[') : std::string_view::npos;
        steps.emplace_back(piece.substr(0, bracket));
        if (bracket != std::string_view::npos) steps.emplace_back(piece.substr(bracket));
    }
    return steps;
}

/// Walks down the tree and the tables at once, making what is missing.
class Placement {
public:
    Placement(const Override& given, Node& root) : given_(given), where_{given.source, 0, 0}, node_(&root) {}

    /// False when the path names nothing, and `problem` then says why, or when the file has something else
    /// there.
    bool walk()
    {
        for (const std::string& step : steps_of(given_.path)) {
            if (!enter(step)) return false;
        }
        return true;
    }

    void set(std::vector<Diagnostic>& problems)
    {
        if (is_text_ || (property_ != nullptr && is_scalar(property_->rule.kind))) {
            *node_ = scalar_node(given_.value, where_);
            return;
        }
        Document document = read_yaml(given_.value, given_.source);
        problems.insert(problems.end(), document.problems.begin(), document.problems.end());
        if (document.problems.empty()) *node_ = std::move(document.root);
    }

    std::string problem;

private:
    bool enter(const std::string& step)
    {
        if (step.starts_with('[')) return enter_item(step);
        if (is_entry()) return enter_entry(step);
        if (section_ == nullptr) return fail("has no properties");
        property_ = section_->find(step);
        if (property_ == nullptr) {
            return fail("no setting named \"" + step + '"' + did_you_mean(step, section_->names()));
        }
        if (!become_map()) return false;
        const bool is_short = !property_->alias.empty() && node_->find(property_->alias) != nullptr;
        make_entry(is_short ? property_->alias : property_->name);
        section_ = property_->section == nullptr ? nullptr : &property_->section();
        return true;
    }

    /// Makes the node a map of section_'s properties, if it can be one. What cannot is a mistake in the file,
    /// and the reader reports it.
    bool become_map()
    {
        if (node_->type == Node::Type::Map) return true;
        const ShortForm* form = section_->short_form.get();
        if (node_->type != Node::Type::Null && form == nullptr) return false;
        Node whole = map_node(node_->where);  // what is missing in it is missing in the file
        if (node_->type != Node::Type::Null && !form->stands_for.empty()) {
            whole.entries.push_back({form->stands_for, node_->where, *node_});
        }
        *node_ = std::move(whole);
        return true;
    }

    /// True when the next step is a name that the user chose.
    bool is_entry() const
    {
        return property_ != nullptr &&
               (property_->rule.kind == Kind::Map || property_->rule.kind == Kind::TextMap);
    }

    bool enter_entry(const std::string& name)
    {
        if (node_->type == Node::Type::Null) *node_ = map_node(where_);
        if (node_->type != Node::Type::Map) return false;
        is_text_ = property_->rule.kind == Kind::TextMap;
        property_ = nullptr;
        make_entry(name);
        return true;
    }

    bool enter_item(const std::string& step)
    {
        const std::optional<std::int64_t> index = parse_integer(step.substr(1, step.size() - 2));
        if (property_ == nullptr || property_->rule.kind != Kind::List) return fail("only lists have items");
        if (node_->is_empty() && !property_->default_yaml.empty()) {
            *node_ = read_yaml(property_->default_yaml, "default").root;
        }
        if (node_->type == Node::Type::Null) node_->type = Node::Type::List;
        if (node_->type != Node::Type::List) return false;
        const auto count = static_cast<std::int64_t>(node_->items.size());
        if (!index || *index < 0 || *index > count) {
            return fail("expected an item from [0] to [" + std::to_string(count) + "], not " + step);
        }
        if (*index == count) node_->items.push_back(map_node(where_));
        node_ = &node_->items[static_cast<std::size_t>(*index)];
        property_ = nullptr;
        return true;
    }

    void make_entry(const std::string& name)
    {
        Node* found = node_->find(name);
        if (found == nullptr) {
            node_->entries.push_back({name, where_, {}});
            found = &node_->entries.back().value;
            found->where = where_;
        }
        node_ = found;
    }

    bool fail(std::string why)
    {
        problem = std::move(why);
        return false;
    }

    const Override& given_;
    Position where_;
    Node* node_;
    const Section* section_ = &root_section();
    const Property* property_ = nullptr;
    bool is_text_ = false;  // the node is an entry of a map of texts
};

}  // namespace

void apply(const Override& given, Node& root, std::vector<Diagnostic>& problems)
{
    // A path that names nothing must not leave half of itself in the tree.
    Node changed = root;
    Placement placement(given, changed);
    if (!placement.walk()) {
        if (!placement.problem.empty())
            problems.push_back({{given.source, 0, 0}, given.path, placement.problem});
        return;
    }
    placement.set(problems);
    root = std::move(changed);
}

}  // namespace postern::config
