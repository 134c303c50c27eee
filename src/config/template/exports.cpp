// SPDX-License-Identifier: Apache-2.0
#include "config/template/exports.hpp"

#include "config/template/other_stack.hpp"

#include <utility>

namespace postern::config::templates {

Exports::Exports(const CloudAssembly& assembly, Identity identity)
    : assembly_(assembly), identity_(std::move(identity))
{
    if (assembly.own() != nullptr) seen_.insert(assembly.own()->file);
}

std::optional<std::string> Exports::find(const std::string& name)
{
    for (const AppStack& stack : assembly_.stacks()) {
        if (values_.contains(name)) break;
        if (seen_.insert(stack.file).second) read(stack);
    }
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return found->second;
}

void Exports::read(const AppStack& stack)
{
    files_.push_back(stack.file);
    Findings told_elsewhere;
    OtherStack other(stack, identity_, told_elsewhere);
    other.evaluator.set_imports([this](const std::string& name) { return find(name); });
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
