// SPDX-License-Identifier: Apache-2.0
#include "config/template/api_parts.hpp"
#include "config/template/build.hpp"
#include "core/text.hpp"

#include <utility>

namespace postern::config::templates {

namespace {

/// AutoDeploy, a DeploymentId, or a Deployment that names the stage.
bool has_deployment(const World& world, const Item& api, const Item& stage)
{
    if (text::iequals(stage.text("AutoDeploy"), "true") ||
        stage.resource->properties.find("DeploymentId") != nullptr) {
        return true;
    }
    for (const Item* deployment : members(world, "AWS::ApiGatewayV2::Deployment", "ApiId", api.ref)) {
        if (deployment->text("StageName") == stage.ref) return true;
    }
    return false;
}

/// A stage's limits are for floods: without them the API does for each client what it does on AWS.
void leave_out_throttling(Node& settings, Findings& findings)
{
    std::erase_if(settings.entries, [&](const Node::Entry& entry) {
        const bool is_limit = entry.key == "throttlingBurstLimit" || entry.key == "throttlingRateLimit";
        if (is_limit)
            findings.ignored(entry.where, "Postern does not throttle routes yet: nothing is refused");
        return is_limit;
    });
}

Node native_stage(const World& world, const Item& stage)
{
    Node out = Stack::copied(stage);
    if (Node* settings = out.find("defaultRouteSettings")) leave_out_throttling(*settings, world.findings);
    if (const Node* settings = stage.find("RouteSettings")) {
        Node native = *settings;
        for (Node::Entry& entry : native.entries) {
            entry.value = with_camel_keys(std::move(entry.value));
            leave_out_throttling(entry.value, world.findings);
        }
        unquote(native);
        put(out, "routeSettings", std::move(native));
    }
    return out;
}

}  // namespace

Node native_stages(const World& world, const Item& api)
{
    Node out = map_node(api.where());
    for (const Item* deployment : members(world, "AWS::ApiGatewayV2::Deployment", "ApiId", api.ref))
        world.findings.understood(deployment->where(),
                                  "a deployment: the stages serve the template as it is");
    for (const Item* stage : members(world, "AWS::ApiGatewayV2::Stage", "ApiId", api.ref)) {
        if (stage->resource->properties.find("StageName") == nullptr) {
            world.findings.problem(stage->where(), "StageName is required");
        } else if (!has_deployment(world, api, *stage)) {
            world.findings.ignored(stage->where(),
                                   "the stage " + stage->ref +
                                       " has neither AutoDeploy: true nor a DeploymentId: AWS refuses its "
                                       "connections with 403, and so does Postern");
        } else if (out.find(stage->ref) != nullptr) {
            world.findings.problem(stage->where_of("StageName"),
                                   "the API has another stage named " + stage->ref);
        } else {
            world.findings.understood(stage->where(), "stage " + stage->ref);
            out.entries.push_back({stage->ref, stage->where_of("StageName"), native_stage(world, *stage)});
        }
    }
    if (out.entries.empty()) {
        world.findings.problem(
            api.where(),
            "no stage serves the API: it needs an AWS::ApiGatewayV2::Stage with AutoDeploy: "
            "true or a DeploymentId");
    }
    return out;
}

}  // namespace postern::config::templates
