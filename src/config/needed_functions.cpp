// SPDX-License-Identifier: Apache-2.0
#include "config/needed_functions.hpp"

#include "api/function_reference.hpp"

#include <vector>

namespace postern::config {

namespace {

/// The variables of each stage; one stage without any when there is none.
std::vector<api::StringMap> stage_variables_of(const Node& api)
{
    std::vector<api::StringMap> out = {{}};
    const Node* stages = api.find("stages");
    if (stages == nullptr) return out;
    for (const Node::Entry& stage : stages->entries) {
        const Node* variables = stage.value.find("stageVariables");
        if (variables == nullptr) continue;
        api::StringMap& texts = out.emplace_back();
        for (const Node::Entry& variable : variables->entries) texts[variable.key] = variable.value.text;
    }
    return out;
}

/// Adds the function that the URI calls in each stage.
void add_function(const Node* uri, const Node& api, std::set<std::string>& out)
{
    if (uri == nullptr) return;
    for (const api::StringMap& variables : stage_variables_of(api)) {
        const auto function = api::parse_function_uri(api::with_stage_variables(uri->text, variables));
        if (function) out.insert(function->name);
    }
}

}  // namespace

std::set<std::string> needed_functions(const Node& apis)
{
    std::set<std::string> out;
    for (const Node::Entry& api : apis.entries) {
        for (const Node::Entry& route : api.value.find("routes")->entries) {
            const Node* integration = route.value.find("integration");
            if (integration == nullptr) continue;
            const bool is_short = integration->type == Node::Type::Scalar;
            add_function(is_short ? integration : integration->find("integrationUri"), api.value, out);
        }
        const Node* authorizers = api.value.find("authorizers");
        if (authorizers == nullptr) continue;
        for (const Node::Entry& authorizer : authorizers->entries)
            add_function(authorizer.value.find("authorizerUri"), api.value, out);
    }
    return out;
}

}  // namespace postern::config
