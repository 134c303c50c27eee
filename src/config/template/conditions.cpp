// SPDX-License-Identifier: Apache-2.0
// Evaluator: the section Conditions, and Fn::If.
#include "config/template/evaluator.hpp"

#include <algorithm>

namespace postern::config::templates {

namespace {

constexpr std::size_t kOperandsMax = 10;  // AWS: of Fn::And and Fn::Or

}  // namespace

Evaluator::Value Evaluator::choose(const Call& call)
{
    const std::vector<Node>& items = call.argument->items;
    if (items.size() != 3 || items[0].type != Node::Type::Scalar)
        return fail(call.where, "Fn::If takes a condition's name and two values");
    return walk(condition(items[0].text, items[0].where) ? items[1] : items[2]);
}

/// The value of an entry of Conditions; false and a mistake when there is none.
bool Evaluator::condition(const std::string& name, const Position& where)
{
    const auto known = conditions_.find(name);
    if (known != conditions_.end()) return known->second;
    const Node* section = template_.section("Conditions");
    if (section != nullptr && !charge(section->entries.size(), where)) return false;
    const Node* body = section == nullptr ? nullptr : section->find(name);
    if (body == nullptr) {
        findings_.problem(where,
                          "there is no condition named " + describe(scalar_node(name, where)) +
                              findings_.hint(name, [section] { return keys_of(section); }));
        return conditions_[name] = false;
    }
    if (std::find(conditions_open_.begin(), conditions_open_.end(), name) != conditions_open_.end()) {
        findings_.problem(body->where, "the condition depends on itself: " + ring_of(conditions_open_, name));
        return conditions_[name] = false;
    }
    const Restore strict(is_lenient_, false);  // the value is kept for whoever asks next
    conditions_open_.push_back(name);
    const bool value = is_true(*body);
    conditions_open_.pop_back();
    return conditions_[name] = value;
}

bool Evaluator::is_true(const Node& node)
{
    if (!charge(kNodeBytes, node.where)) return false;
    if (depth_ >= kChainMax) {
        fail(node.where,
             "the conditions lead on to others more than " + std::to_string(kChainMax) + " times");
        return false;
    }
    const Restore deeper(depth_, depth_ + 1);
    std::optional<Call> call = call_of(node);
    const bool is_long_form =
        node.tag.empty() && node.entries.size() == 1 && node.entries[0].key == "Condition";
    if (is_long_form) call = Call{"Condition", &node.entries[0].value, node.where, false};
    if (!call) {
        fail(node.where, "expected a condition function such as Fn::Equals, not " + describe(node));
        return false;
    }
    if (call->name == "Condition") return condition(call->argument->text, call->where);
    if (call->name == "Fn::Equals") return equals(*call);
    if (call->name == "Fn::And") return all_true(*call, true);
    if (call->name == "Fn::Or") return !all_true(*call, false);
    if (call->name == "Fn::Not" && call->argument->items.size() == 1)
        return !is_true(call->argument->items[0]);
    fail(call->where,
         call->name == "Fn::Not"
             ? "Fn::Not takes a list of one condition"
             : "expected Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition, not " + call->name);
    return false;
}

/// Whether every operand is `wanted`. All are looked at, so that all mistakes are told.
bool Evaluator::all_true(const Call& call, bool wanted)
{
    const std::vector<Node>& operands = call.argument->items;
    if (operands.size() < 2 || operands.size() > kOperandsMax) {
        fail(call.where, call.name + " takes 2 to 10 conditions");
        return false;
    }
    bool is_so = true;
    for (const Node& operand : operands) is_so = (is_true(operand) == wanted) && is_so;
    return is_so;
}

bool Evaluator::equals(const Call& call)
{
    const std::vector<Node>& items = call.argument->items;
    if (items.size() != 2) {
        fail(call.where, "Fn::Equals takes two values");
        return false;
    }
    const auto left = text(items[0], "a text");
    const auto right = text(items[1], "a text");
    return left && right && *left == *right;
}

}  // namespace postern::config::templates
