// SPDX-License-Identifier: Apache-2.0
#include "config/template/evaluator.hpp"

#include "config/template/booleans.hpp"

#include <algorithm>
#include <utility>

namespace postern::config::templates {

namespace {

bool is_function_name(std::string_view key)
{
    return key == "Ref" || key.starts_with("Fn::");
}

}  // namespace

Evaluator::Value Evaluator::evaluate(const Node& node)
{
    return walk(node);
}

Evaluator::Value Evaluator::evaluate_unused(const Node& node)
{
    const Restore lenient(is_lenient_, true);
    return walk(node);
}

bool Evaluator::exists(const Resource& resource)
{
    return resource.condition.empty() || condition(resource.condition, resource.where);
}

std::optional<Evaluator::Call> Evaluator::call_of(const Node& node)
{
    if (!node.tag.empty()) {
        const std::string word = node.tag.substr(1);
        const bool is_short = word == "Ref" || word == "Condition";
        return Call{is_short ? word : "Fn::" + word, &node, node.where, true};
    }
    return long_form_of(node);
}

std::optional<Evaluator::Call> Evaluator::long_form_of(const Node& node)
{
    if (node.entries.size() != 1 || !is_function_name(node.entries[0].key)) return std::nullopt;
    return Call{node.entries[0].key, &node.entries[0].value, node.where, false};
}

Evaluator::Value Evaluator::walk(const Node& node)
{
    if (!charge(kNodeBytes + node.text.size(), node.where)) return std::nullopt;
    if (depth_ >= kChainMax) {
        return fail(node.where,
                    "the references lead on to others more than " + std::to_string(kChainMax) + " times");
    }
    const Restore deeper(depth_, depth_ + 1);
    if (const auto call = call_of(node)) return apply(*call);
    return walk_plain(node);
}

/// A node that is no call itself, whatever its tag.
Evaluator::Value Evaluator::walk_plain(const Node& node)
{
    Node out;
    out.type = node.type;
    out.text = node.text;
    out.is_quoted = node.is_quoted;
    out.where = node.where;
    if (node.tag.empty()) settle_booleans(out);
    for (const Node& item : node.items) {
        if (Value value = walk(item)) out.items.push_back(*std::move(value));
    }
    for (const Node::Entry& entry : node.entries) {
        if (is_function_name(entry.key) && !is_lenient_) {
            fail(entry.where, entry.key + " must be the only entry of its map");
            continue;
        }
        if (!charge(entry.key.size(), entry.where)) return std::nullopt;
        if (Value value = walk(entry.value))
            out.entries.push_back({entry.key, entry.where, *std::move(value)});
    }
    return out;
}

/// The argument itself, where a function may stand in it as a whole.
Evaluator::Value Evaluator::walk_argument(const Call& call)
{
    if (!call.is_tag) return walk(*call.argument);
    if (const auto inner = long_form_of(*call.argument)) return apply(*inner);
    return walk_plain(*call.argument);
}

Evaluator::Value Evaluator::apply(const Call& call)
{
    using Function = Value (Evaluator::*)(const Call&);
    static const std::map<std::string, Function, std::less<>> functions = {
        {"Ref", &Evaluator::ref},
        {"Fn::GetAtt", &Evaluator::get_att},
        {"Fn::Sub", &Evaluator::sub},
        {"Fn::Join", &Evaluator::join},
        {"Fn::Select", &Evaluator::select},
        {"Fn::Split", &Evaluator::split},
        {"Fn::FindInMap", &Evaluator::find_in_map},
        {"Fn::Base64", &Evaluator::base64},
        {"Fn::GetAZs", &Evaluator::get_azs},
        {"Fn::ImportValue", &Evaluator::import_value},
        {"Fn::Length", &Evaluator::length},
        {"Fn::ToJsonString", &Evaluator::to_json_string},
        {"Fn::If", &Evaluator::choose},
    };
    const auto found = functions.find(call.name);
    if (found != functions.end()) return (this->*found->second)(call);

    static const std::vector<std::string> only_conditions = {
        "Condition", "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not"};
    if (std::find(only_conditions.begin(), only_conditions.end(), call.name) != only_conditions.end())
        return fail(call.where, call.name + " stands in Conditions and in Fn::If only");
    const auto names = [] {
        std::vector<std::string> known;
        known.reserve(functions.size());
        for (const auto& [name, function] : functions) known.push_back(name);
        return known;
    };
    return fail(call.where, "Postern has no function " + call.name + findings_.hint(call.name, names));
}

bool Evaluator::charge(std::size_t work, const Position& where)
{
    if (is_exhausted_) return false;
    work_ += work;
    if (work_ <= kWorkMax) return true;
    is_exhausted_ = true;
    findings_.problem(
        where,
        "the template's functions make more than " + std::to_string(kWorkMax >> 20U) + " MiB of values");
    return false;
}

std::nullopt_t Evaluator::fail(const Position& where, std::string message)
{
    if (!is_lenient_ && !is_exhausted_) findings_.problem(where, std::move(message));
    return std::nullopt;
}

Evaluator::Value Evaluator::made(std::string text, const Position& where)
{
    if (!charge(text.size(), where)) return std::nullopt;
    return scalar_node(std::move(text), where);
}

/// The text that a node evaluates to; a mistake when it is anything else.
std::optional<std::string> Evaluator::text(const Node& node, const char* what)
{
    Value value = walk(node);
    if (!value) return std::nullopt;
    if (value->type != Node::Type::Scalar) {
        return fail(node.where, std::string("expected ") + what + ", not " + describe(*value));
    }
    return std::move(value->text);
}

std::string ring_of(const std::vector<std::string>& open, const std::string& again)
{
    const auto first = std::find(open.begin(), open.end(), again);
    std::string out;
    std::size_t shown = 0;
    for (auto name = first; name != open.end(); ++name) {
        constexpr std::size_t kShownMax = 20;
        if (++shown > kShownMax) return out.append("... -> ").append(again);
        out += *name + " -> ";
    }
    return out + again;
}

}  // namespace postern::config::templates
