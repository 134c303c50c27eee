// SPDX-License-Identifier: Apache-2.0
#include "config/template/loops.hpp"

#include "config/template/build.hpp"
#include "config/template/evaluator.hpp"
#include "config/yaml_reader.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::config::templates {

namespace {

constexpr std::string_view kLoop = "Fn::ForEach::";
constexpr const char* kSections[] = {"Conditions", "Outputs", "Resources"};
constexpr const char* kShape =
    "Fn::ForEach takes a name, a list and a map: [Name, [a, b], {\"Made${Name}\": ...}]";

bool has_loops(const Node& node)
{
    return std::any_of(node.items.begin(), node.items.end(), has_loops) ||
           std::any_of(node.entries.begin(), node.entries.end(), [](const Node::Entry& entry) {
               return entry.key.starts_with(kLoop) || has_loops(entry.value);
           });
}

/// "a.b-1" as "&{Name}" gives it: "ab1".
std::string letters_and_digits(std::string_view text)
{
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) {
        return kLettersAndDigits.find(c) != std::string_view::npos;
    });
    return out;
}

/// "Name" of "{Name}..."; "" for anything else.
std::string_view name_in_braces(std::string_view text)
{
    constexpr std::size_t kNameMax = 255;  // AWS: of a logical id
    const std::size_t close = text.substr(0, kNameMax + 2).find('}');
    return text.starts_with('{') && close != std::string_view::npos ? text.substr(1, close - 1) : "";
}

/// The name that a Ref asks for; "" for anything else.
std::string_view referred(const Node& node)
{
    if (node.tag == "!Ref") return node.text;
    const bool is_long_form = node.tag.empty() && node.entries.size() == 1 && node.entries[0].key == "Ref";
    return is_long_form ? std::string_view(node.entries[0].value.text) : "";
}

class Unroller {
public:
    Unroller(Evaluator& evaluator, bool is_allowed, Findings& findings)
        : evaluator_(evaluator), is_allowed_(is_allowed), findings_(findings)
    {}

    /// The copy of a node, with its loops unrolled and the names of the loops around it replaced.
    Node copy(const Node& node)
    {
        Node out;
        if (!charge(kNodeBytes, node.where)) return out;
        if (const Node* value = item_of(referred(node))) {
            out = *value;
            out.where = node.where;
            return out;
        }
        out.type = node.type;
        out.text = replaced(node.text, node.where);
        out.is_quoted = node.is_quoted;
        out.tag = node.tag;
        out.where = node.where;
        for (const Node& item : node.items) out.items.push_back(copy(item));
        std::set<std::string> made;
        copy_entries(node, out, made);
        return out;
    }

private:
    struct Variable {
        std::string name;
        Node value;
    };

    void copy_entries(const Node& from, Node& to, std::set<std::string>& made)
    {
        for (const Node::Entry& entry : from.entries) {
            if (entry.key.starts_with(kLoop)) {
                unroll(entry, to, made);
                continue;
            }
            std::string key = replaced(entry.key, entry.where);
            Node value = copy(entry.value);
            if (is_exhausted_) return;
            if (made.insert(key).second) {
                to.entries.push_back({std::move(key), entry.where, std::move(value)});
            } else {
                findings_.problem(
                    entry.where,
                    "there is more than one " + key + ": each round of a loop needs a key of its own");
            }
        }
    }

    void unroll(const Node::Entry& loop, Node& to, std::set<std::string>& made)
    {
        const std::vector<Node>& parts = loop.value.items;
        if (!is_allowed_) {
            return findings_.problem(loop.where,
                                     "Fn::ForEach needs \"Transform: AWS::LanguageExtensions\" at the top");
        }
        if (parts.size() != 3 || parts[0].type != Node::Type::Scalar || parts[0].text.empty() ||
            parts[2].type != Node::Type::Map) {
            return findings_.problem(loop.value.where, kShape);
        }
        // A name of an outer loop may stand in the collection.
        const Evaluator::Value collection = evaluator_.evaluate(copy(parts[1]));
        if (!collection || is_exhausted_) return;
        if (collection->type != Node::Type::List) {
            return findings_.problem(
                parts[1].where,
                "expected a list, or a Ref to a parameter that is a list, not " + describe(*collection));
        }
        for (const Node& item : collection->items) {
            if (item.type != Node::Type::Scalar) {
                findings_.problem(item.where, "a loop goes over texts, not " + describe(item));
                continue;
            }
            variables_.push_back({parts[0].text, item});
            copy_entries(parts[2], to, made);
            variables_.pop_back();
            if (is_exhausted_) return;
        }
    }

    const Node* item_of(std::string_view name) const
    {
        const auto found = std::find_if(variables_.rbegin(),
                                        variables_.rend(),
                                        [&](const Variable& variable) { return variable.name == name; });
        return name.empty() || found == variables_.rend() ? nullptr : &found->value;
    }

    /// The text with ${Name} and &{Name} of the loops around it replaced; once, whatever an item says.
    std::string replaced(std::string_view text, const Position& where)
    {
        std::string out;
        while (!variables_.empty()) {
            const std::size_t sign = text.find_first_of("$&");
            if (sign == std::string_view::npos) break;
            const std::string_view name = name_in_braces(text.substr(sign + 1));
            const Node* item = item_of(name);
            out += text.substr(0, item == nullptr ? sign + 1 : sign);
            if (item != nullptr) out += text[sign] == '$' ? item->text : letters_and_digits(item->text);
            text.remove_prefix(sign + 1 + (item == nullptr ? 0 : name.size() + 2));
            if (item != nullptr && !charge(item->text.size(), where)) return "";
        }
        if (!charge(text.size(), where)) return "";
        return out += text;
    }

    bool charge(std::size_t bytes, const Position& where)
    {
        if (is_exhausted_) return false;
        work_ += bytes;
        if (work_ <= std::min(kWorkMax, kNodesMax * kNodeBytes)) return true;
        is_exhausted_ = true;
        findings_.problem(where,
                          "the template's loops make more than " + std::to_string(kNodesMax) + " values");
        return false;
    }

    Evaluator& evaluator_;
    const bool is_allowed_;
    Findings& findings_;
    std::vector<Variable> variables_;  // of the loops around, the innermost last
    std::size_t work_ = 0;
    bool is_exhausted_ = false;
};

/// What a collection may be made of.
Node without_resources(const Node& root)
{
    Node out = map_node(root.where);
    for (const Node::Entry& entry : root.entries) {
        if (entry.key == "Mappings" || entry.key == "Parameters") out.entries.push_back(entry);
    }
    return out;
}

}  // namespace

std::optional<Node> unrolled(const Node& root,
                             const std::string& file,
                             const Parameters& parameters,
                             const Identity& identity,
                             Findings& findings)
{
    const auto is_looped = [&](const char* name) {
        const Node* section = root.find(name);
        return section != nullptr && has_loops(*section);
    };
    if (std::none_of(std::begin(kSections), std::end(kSections), is_looped)) return std::nullopt;
    Findings told_later;  // when the whole template is read
    const Node head = without_resources(root);
    const Template source(head, file, told_later);
    Evaluator evaluator(source, parameters, identity, findings);
    Unroller unroller(evaluator, has_transform(root, kLanguageExtensions), findings);
    Node out = root;
    for (const char* name : kSections) {
        if (Node* section = out.find(name)) *section = unroller.copy(*section);
    }
    return out;
}

}  // namespace postern::config::templates
