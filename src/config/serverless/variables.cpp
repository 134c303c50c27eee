// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/variables.hpp"

#include "config/yaml_reader.hpp"

#include <algorithm>
#include <utility>

namespace postern::config::serverless {

namespace {

bool is_container(const Node& node)
{
    return node.type == Node::Type::List || node.type == Node::Type::Map;
}

bool has_variables(const Node& node)
{
    return node.type == Node::Type::Scalar && node.text.find("${") != std::string::npos;
}

/// A source that is neither in quotes nor an address: a number, a boolean or null.
bool is_plain_literal(std::string_view text)
{
    const Result<std::string> json = to_json(scalar_node(std::string(text), {}));
    return json.has_value() && !json->starts_with('"');
}

}  // namespace

Variables::Variables(const Node& root, const std::string& directory, const Options& options, Translation& out)
    : root_(root), out_(out), sources_(*this, directory, options, out)
{}

const Node& Variables::head(const Node& node)
{
    if (!has_variables(node)) return node;
    const auto known = heads_.find(&node);
    if (known != heads_.end()) {
        if (known->second != nullptr) return *known->second;
        report_cycle(node, finding_);
        return mistake_;
    }
    if (finding_.size() >= kDepthMax) {
        report(node.where, "more than " + std::to_string(kDepthMax) + " variables that lead to one another");
        return mistake_;
    }
    heads_[&node] = nullptr;
    finding_.push_back(&node);
    const Node* found = found_head(node);
    finding_.pop_back();
    if (!node.tag.empty() && found != nullptr && found->type == Node::Type::Scalar) {
        Node tagged = *found;
        tagged.tag = node.tag;
        found = made(std::move(tagged));
    }
    if (found == nullptr) found = &mistake_;
    heads_[&node] = found;
    return *found;
}

/// A text that is one variable has the variable's value, of whatever type; nullptr after a mistake.
const Node* Variables::found_head(const Node& node)
{
    const Result<std::vector<Piece>> pieces = parse_pieces(node.text);
    if (!pieces) return fail(node, pieces.error().detail);
    std::string missing;
    const Node* found = value_of(*pieces, node, missing);
    return found != nullptr || missing.empty() ? found : fail(node, missing);
}

const Node* Variables::value_of(const std::vector<Piece>& pieces, const Node& node, std::string& missing)
{
    if (pieces.size() == 1 && pieces.front().variable)
        return value_of(*pieces.front().variable, node, missing);
    const std::optional<std::string> text = interpolated(pieces, node, missing);
    return text ? made(scalar_node(*text, node.where)) : nullptr;
}

std::optional<std::string> Variables::interpolated(const std::vector<Piece>& pieces,
                                                   const Node& node,
                                                   std::string& missing)
{
    std::string out;
    for (const Piece& piece : pieces) {
        if (!piece.variable) {
            out += piece.literal;
            continue;
        }
        const Node* value = value_of(*piece.variable, node, missing);
        if (value == nullptr) return std::nullopt;
        if (value->type != Node::Type::Scalar) {
            fail(node, piece.variable->text + " is " + describe(*value) + ", which cannot be part of a text");
            return std::nullopt;
        }
        if (!charge(0, value->text.size(), node.where)) return std::nullopt;
        out += value->text;
    }
    return out;
}

const Node* Variables::value_of(const Variable& variable, const Node& node, std::string& missing)
{
    for (const std::string& source : variable.sources) {
        missing.clear();
        const Node* value = value_of(std::string_view(source), node, missing);
        if (value != nullptr) return value;
        if (missing.empty()) return nullptr;  // a mistake, which is told
        missing.insert(0, variable.text + " has no value: ");
    }
    return nullptr;
}

const Node* Variables::value_of(std::string_view source_text, const Node& node, std::string& missing)
{
    const auto literal = unquoted(source_text);
    const Result<std::vector<Piece>> pieces = parse_pieces(literal.value_or(source_text));
    if (!pieces) return fail(node, pieces.error().detail);
    if (!literal && pieces->size() == 1 && pieces->front().variable) return value_of(*pieces, node, missing);
    const std::optional<std::string> text = interpolated(*pieces, node, missing);
    if (!text) return nullptr;
    if (literal) return made(scalar_node(*text, node.where));
    if (const auto source = parse_source(*text)) return answer_of(*source, node, missing);
    if (*text == "null") return &nothing_;
    if (is_plain_literal(*text)) return made(scalar_node(*text, node.where));
    return fail(node,
                "expected a source such as self:custom.name, or a text in quotes, not " +
                    describe(scalar_node(*text, {})));
}

const Node* Variables::answer_of(const Source& source, const Node& node, std::string& missing)
{
    Sources::Answer answer = sources_.ask(source, node);
    missing = std::move(answer.missing);
    if (answer.made) return made(*std::move(answer.made));
    if (answer.found == nullptr) return nullptr;
    const Node& value = head(*answer.found);
    if (&value == &mistake_) return nullptr;
    if (value.type == Node::Type::Null) missing = "nothing is written there";
    return value.type == Node::Type::Null ? nullptr : &value;
}

Node Variables::resolve(const Node& node)
{
    const Node& value = head(node);
    if (!is_container(value)) {
        Node out = value;
        if (out.type == Node::Type::Null) out.where = node.where;
        charge(1, out.text.size(), node.where);
        return out;
    }
    if (std::find(inside_.begin(), inside_.end(), &value) != inside_.end()) {
        report_cycle(node, {&node});
        return nothing_;
    }
    if (inside_.size() >= kDepthMax) {
        report(node.where, "nested more than " + std::to_string(kDepthMax) + " levels deep");
        return nothing_;
    }
    inside_.push_back(&value);
    Node out = resolve_inside(value);
    inside_.pop_back();
    return out;
}

Node Variables::resolve_inside(const Node& node)
{
    Node out;
    out.type = node.type;
    out.where = node.where;
    out.tag = node.tag;
    for (const Node& item : node.items) {
        if (!charge(1, 0, item.where)) return out;
        out.items.push_back(resolve(item));
    }
    if (node.type != Node::Type::Map) return out;
    std::vector<Entry> all;
    collect(node, all, 0);
    for (const Entry& entry : all) {
        if (!charge(1, entry.written->key.size(), entry.written->where)) return out;
        out.entries.push_back({entry.written->key, entry.written->where, resolve(entry.written->value)});
    }
    return out;
}

const Node* Variables::made(Node node)
{
    if (!charge(1, node.text.size(), node.where)) return nullptr;
    return &made_.emplace_back(std::move(node));
}

/// False when the file has become too large; that is reported once.
bool Variables::charge(std::size_t nodes, std::size_t bytes, const Position& where)
{
    nodes_ += nodes;
    bytes_ += bytes;
    const bool fits = nodes_ <= kNodesMax && bytes_ <= kFileBytesMax;
    if (!fits && !std::exchange(is_full_, true)) {
        report(where,
               "its variables make the file larger than " + std::to_string(kNodesMax) + " values or 4 MiB");
    }
    return fits;
}

/// Each mistake once, however often its node is asked for.
void Variables::report(const Position& where, std::string message)
{
    Diagnostic problem{where, "", std::move(message)};
    if (reported_.insert(to_string(problem)).second) out_.problems.push_back(std::move(problem));
}

const Node* Variables::fail(const Node& node, std::string message)
{
    report(node.where, std::move(message));
    return nullptr;
}

void Variables::report_cycle(const Node& node, const std::vector<const Node*>& chain)
{
    std::string names;
    for (auto member = std::find(chain.begin(), chain.end(), &node); member != chain.end(); ++member)
        names += (*member)->text + " -> ";
    report(node.where, "a variable that leads to itself: " + names + node.text);
}

}  // namespace postern::config::serverless
