// SPDX-License-Identifier: Apache-2.0
#include "config/template/app_functions.hpp"

#include "config/template/lambda_functions.hpp"

#include <algorithm>
#include <utility>

namespace postern::config::templates {

namespace {

bool has_one_of(const std::set<std::string>& names, OtherStack& stack)
{
    const auto& resources = stack.source.resources;
    return std::any_of(resources.begin(), resources.end(), [&](const Resource& resource) {
        return resource.type == "AWS::Lambda::Function" && stack.evaluator.exists(resource) &&
               names.contains(stack.evaluator.ref(resource));
    });
}

/// The templates of an app are in one directory, so a path that is good in one is good in all.
void place_paths(Node& function, const Position& here)
{
    if (Node* code = function.find("codeUri")) code->where = here;
    if (Node* layers = function.find("layers")) {
        for (Node& layer : layers->items) layer.where = here;
    }
}

}  // namespace

AppFunctions functions_of_app(const std::set<std::string>& names,
                              const Position& here,
                              const CloudAssembly& assembly,
                              const Asking& asking,
                              const std::vector<Override>& overrides,
                              Findings& findings)
{
    AppFunctions out;
    out.native = map_node({});
    for (const AppStack& each : assembly.stacks()) {
        if (&each == assembly.own() || names.empty()) continue;
        Findings told_when_it_has_one;
        OtherStack sought(each, asking, told_when_it_has_one);
        if (!has_one_of(names, sought)) continue;
        OtherStack other(each, asking, findings);
        const Stack stack(other.source, other.evaluator, findings);
        const Assets assets(each.file, findings);
        LambdaFunctions functions(stack, assets, other.source, overrides, findings);
        for (Node::Entry& function : functions.native_of(names).entries) {
            if (out.native.find(function.key) != nullptr) continue;
            place_paths(function.value, here);
            out.native.entries.push_back(std::move(function));
        }
        out.files.push_back(each.file);
        out.files.insert(out.files.end(), assets.files().begin(), assets.files().end());
    }
    return out;
}

}  // namespace postern::config::templates
