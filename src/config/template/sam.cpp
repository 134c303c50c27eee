// SPDX-License-Identifier: Apache-2.0
#include "config/template/sam.hpp"

#include "config/template/build.hpp"
#include "config/template/globals.hpp"
#include "config/template/websocket_api.hpp"
#include "config/yaml_reader.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace postern::config::templates {

namespace {

constexpr std::string_view kPrefix = "AWS::Serverless::";

const std::vector<std::string> kGlobalsSections = {"Api",
                                                   "CapacityProvider",
                                                   "Function",
                                                   "HttpApi",
                                                   "LayerVersion",
                                                   "SimpleTable",
                                                   "StateMachine",
                                                   "WebSocketApi"};

Resource generated(std::string id, std::string type, const Resource& by)
{
    Resource made;
    made.id = std::move(id);
    made.where = by.where;
    made.type = std::move(type);
    made.properties = map_node(by.where);
    made.condition = by.condition;
    made.is_generated = true;
    return made;
}

std::string scalar_below(const Node& map, std::string_view key)
{
    const Node* found = map.find(key);
    return found != nullptr && found->type == Node::Type::Scalar && found->tag.empty() ? found->text : "";
}

/// FunctionAliasNAME and FunctionVersion, which AutoPublishAlias makes.
void add_alias_and_version(const Resource& function, Template& source)
{
    const std::string name = scalar_below(function.properties, "AutoPublishAlias");
    if (name.empty()) return;
    Resource version = generated(function.id + "Version", "AWS::Lambda::Version", function);
    put(version.properties, "FunctionName", ref_node(function.id, function.where));
    source.add(std::move(version));
    Resource alias = generated(function.id + "Alias" + name, "AWS::Lambda::Alias", function);
    put(alias.properties, "FunctionName", ref_node(function.id, function.where));
    put(alias.properties, "Name", name, function.where);
    source.add(std::move(alias));
    source.add_alias(function.id + ".Alias", function.id + "Alias" + name);
    source.add_alias(function.id + ".Version", function.id + "Version");
}

/// FunctionEVENT, and the APIs that events make without being asked.
void add_events(const Resource& function, Template& source)
{
    const Node* events = function.properties.find("Events");
    if (events == nullptr) return;
    for (const Node::Entry& event : events->entries) {
        const std::string kind = scalar_below(event.value, "Type");
        source.add(generated(function.id + event.key, "AWS::Lambda::EventSourceMapping", function));
        if (kind == "Api") {
            source.add(generated("ServerlessRestApi", "AWS::ApiGateway::RestApi", function));
            Resource stage = generated("ServerlessRestApiProdStage", "AWS::ApiGateway::Stage", function);
            put(stage.properties, "StageName", "Prod", function.where);
            source.add(std::move(stage));
        } else if (kind == "HttpApi") {
            source.add(generated("ServerlessHttpApi", "AWS::Serverless::HttpApi", function));
        }
    }
}

void expand_function(const Resource& function, Template& source)
{
    if (function.properties.find("Role") == nullptr)
        source.add(generated(function.id + "Role", "AWS::IAM::Role", function));
    if (function.properties.find("FunctionUrlConfig") != nullptr) {
        Resource url = generated(function.id + "Url", "AWS::Lambda::Url", function);
        put(url.properties, "FunctionName", ref_node(function.id, function.where));
        source.add(std::move(url));
    }
    add_alias_and_version(function, source);
    add_events(function, source);
}

std::size_t count_nodes(const Node& node)
{
    std::size_t count = 1;
    for (const Node& item : node.items) count += count_nodes(item);
    for (const Node::Entry& entry : node.entries) count += count_nodes(entry.value);
    return count;
}

/// True while all that Globals have been copied into stays small enough.
bool can_afford(const Node& globals, std::size_t& copied, Findings& findings)
{
    copied += count_nodes(globals);
    if (copied <= kNodesMax) return true;
    findings.problem(
        globals.where,
        "Globals make more than " + std::to_string(kNodesMax) + " values in all resources together");
    return false;
}

void apply_globals(Resource& resource, const Node& globals, std::size_t& copied, Findings& findings)
{
    const Node* mine = globals.find(std::string_view(resource.type).substr(kPrefix.size()));
    if (mine == nullptr || mine->type != Node::Type::Map || !can_afford(*mine, copied, findings)) return;
    resource.properties = with_globals(without_ignored(*mine, resource.ignore_globals), resource.properties);
}

}  // namespace

void expand_sam(Template& source, Findings& findings)
{
    const Node* globals = source.section("Globals");
    if (globals != nullptr) {
        for (const Node::Entry& entry : globals->entries) {
            const auto& known = kGlobalsSections;
            if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
            findings.problem(entry.where, "Globals has no such section" + findings.hint(entry.key, [] {
                return kGlobalsSections;
            }));
        }
    }
    // By index: what is made is added behind, and needs no expansion itself.
    const std::size_t count = source.resources.size();
    std::size_t copied = 0;
    for (std::size_t i = 0; i < count; ++i) {
        Resource& resource = source.resources[i];
        if (!resource.type.starts_with(kPrefix)) continue;
        if (globals != nullptr) apply_globals(resource, *globals, copied, findings);
        if (resource.type == "AWS::Serverless::Function") expand_function(resource, source);
        if (resource.type == "AWS::Serverless::StateMachine")
            source.add(generated(resource.id + "Role", "AWS::IAM::Role", resource));
        if (resource.type == "AWS::Serverless::WebSocketApi")
            expand_websocket_api(resource, source, findings);
    }
}

}  // namespace postern::config::templates
