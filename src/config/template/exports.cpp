// SPDX-License-Identifier: Apache-2.0
#include "config/template/exports.hpp"

namespace postern::config::templates {

namespace {

constexpr int kChainOfStacksMax = 20;  // that import from each other, one by one

}  // namespace

Exports::Exports(const CloudAssembly& assembly, const Identity& identity)
    : assembly_(assembly), asking_{identity, [this](const std::string& name) { return find(name); }}
{
    if (assembly.own() != nullptr) seen_.insert(assembly.own()->file);
}

std::optional<std::string> Exports::find(const std::string& name)
{
    for (const AppStack& stack : assembly_.stacks()) {
        if (values_.contains(name) || depth_ == kChainOfStacksMax) break;
        if (seen_.insert(stack.file).second) read(stack);
    }
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return found->second;
}

void Exports::read(const AppStack& stack)
{
    const Restore deeper(depth_, depth_ + 1);
    files_.push_back(stack.file);
    Findings told_elsewhere;
    OtherStack other(stack, asking_, told_elsewhere);
    const Node* outputs = other.source.section("Outputs");
    if (outputs == nullptr) return;
    for (const Node::Entry& output : outputs->entries) {
        const Node* exported = output.value.find("Export");
        const Node* name = exported == nullptr ? nullptr : exported->find("Name");
        const Node* value = output.value.find("Value");
        if (name == nullptr || value == nullptr) continue;
        const Evaluator::Value evaluated_name = other.evaluator.evaluate(*name);
        const Evaluator::Value evaluated = other.evaluator.evaluate(*value);
        if (evaluated_name && evaluated && evaluated->type == Node::Type::Scalar)
            values_.emplace(evaluated_name->text, evaluated->text);
    }
}

}  // namespace postern::config::templates
