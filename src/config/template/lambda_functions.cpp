// SPDX-License-Identifier: Apache-2.0
#include "config/template/lambda_functions.hpp"

#include "config/function_logging.hpp"
#include "config/obstacles.hpp"
#include "config/template/build.hpp"

#include <utility>

namespace postern::config::templates {

namespace {

constexpr const char* kFunctionTypes[] = {"AWS::Serverless::Function", "AWS::Lambda::Function"};
constexpr const char* kLayerTypes[] = {"AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"};

}  // namespace

LambdaFunctions::LambdaFunctions(const Stack& stack,
                                 const Assets& assets,
                                 const Template& source,
                                 const std::vector<Override>& overrides,
                                 Findings& findings)
    : stack_(stack), assets_(assets), template_(source), overrides_(overrides), findings_(findings)
{
    for (const char* type : kFunctionTypes) {
        for (const Item* item : stack.all(type)) {
            const auto [other, is_new] = by_name_.emplace(item->ref, item);
            if (is_new) {
                in_order_.push_back(item);
            } else {
                findings.problem(
                    item->where_of("FunctionName"),
                    "the function " + other->second->id() + " has the name \"" + item->ref + "\", too");
            }
        }
    }
    for (const char* type : kLayerTypes) {
        for (const Item* item : stack.all(type)) findings.understood(item->where(), "a layer");
    }
}

Node LambdaFunctions::native(const std::set<std::string>& needed)
{
    Node out = map_node({template_.file, 1, 1});
    for (const Item* item : in_order_) add_native(*item, needed.contains(item->ref), out);
    return out;
}

Node LambdaFunctions::native_of(const std::set<std::string>& needed)
{
    Node out = map_node({template_.file, 1, 1});
    for (const Item* item : in_order_) {
        if (needed.contains(item->ref)) add_native(*item, true, out);
    }
    return out;
}

void LambdaFunctions::add_native(const Item& item, bool is_needed, Node& functions)
{
    bool is_left_out = false;
    Node function = native_function(item, item.ref, is_needed, is_left_out);
    if (!is_left_out) functions.entries.push_back({item.ref, item.where(), std::move(function)});
}

Node LambdaFunctions::native_function(const Item& item,
                                      const std::string& name,
                                      bool is_needed,
                                      bool& is_left_out)
{
    Node out = Stack::copied(item);
    if (has_code_elsewhere(overrides_, name)) {
        findings_.understood(item.where(), "function " + name + ", its code given by a setting");
    } else {
        Code code = find_code(item, assets_, template_.file, findings_);
        if (code.obstacle.empty()) code.obstacle = obstacle_of_runtime(item.text("Runtime"));
        if (code.obstacle.empty()) find_handler(item, template_.file, code);
        if (!code.obstacle.empty()) {
            is_left_out = !is_needed;
            const std::string why = with_name(code.obstacle, name);
            if (is_needed) {
                findings_.problem(code.where, why);
                put(out, "endpoint", "http://localhost", code.where);  // else its routes were mistakes, too
            } else {
                findings_.ignored(item.where(), kLeftOut + why);
            }
            return out;
        }
        if (code.directory) put(out, "codeUri", *code.directory);
        if (code.inline_text) put(out, "inlineCode", *code.inline_text);
        const std::string at = code.directory ? code.directory->text : "inline";
        findings_.understood(item.where(),
                             "function " + name + ": " + item.text("Runtime") + ", handler " +
                                 item.text("Handler") + ", code " + at);
    }
    const Node* variables = item.find("Environment");
    Node environment = variables == nullptr ? map_node(item.where()) : environment_of(*variables, name);
    if (const Node* logging = item.find("LoggingConfig")) read_logging(*logging, environment);
    if (variables != nullptr || !environment.is_empty()) put(out, "environment", std::move(environment));
    if (const Node* layers = item.find("Layers")) put(out, "layers", layers_of(*layers));
    if (!item.resource->build_method.empty()) {
        findings_.ignored(
            item.where(),
            "BuildMethod " + item.resource->build_method +
                ": Postern builds nothing; after \"sam build\", use .aws-sam/build/template.yaml");
    }
    return out;
}

Node LambdaFunctions::environment_of(const Node& environment, const std::string& function)
{
    Node out = map_node(environment.where);
    if (environment.type != Node::Type::Map) {
        findings_.problem(environment.where, "expected Variables, not " + describe(environment));
        return out;
    }
    for (const Node::Entry& entry : environment.entries) {
        if (entry.key == "Variables") {
            out = entry.value;
        } else {
            findings_.problem(entry.where, "Environment has Variables only");
        }
    }
    for (const Node::Entry& variable : out.entries) {
        if (variable.value.text.find("{{resolve:") == std::string::npos) continue;
        findings_.ignored(variable.where,
                          "nobody resolves it here, so the function sees this text; or say --set functions." +
                              function + ".environment." + variable.key + "=VALUE");
    }
    unquote(out);
    return out;
}

void LambdaFunctions::read_logging(const Node& logging, Node& environment)
{
    for (const LoggingFinding& found : add_logging(logging, environment)) {
        if (found.is_mistake)
            findings_.problem(found.where, found.text);
        else
            findings_.ignored(found.where, found.text);
    }
}

Node LambdaFunctions::layers_of(const Node& layers)
{
    Node out = list_node({}, layers.where);
    for (const Node& layer : layers.items) {
        const Item* found = nullptr;
        for (const char* type : kLayerTypes) {
            if (found == nullptr) found = stack_.find(type, layer.text);
        }
        if (found == nullptr) {
            findings_.ignored(layer.where,
                              "the layer " + layer.text + " is not in this template: what it has is missing");
            continue;
        }
        const Code content = find_code(*found, assets_, template_.file, findings_);
        if (content.is_missing) {
            findings_.problem(content.where, content.obstacle);
        } else if (!content.obstacle.empty()) {
            findings_.ignored(layer.where, "the layer " + found->id() + ": " + content.obstacle);
        }
        if (!content.directory) continue;
        out.items.push_back(*content.directory);
    }
    return out;
}

}  // namespace postern::config::templates
