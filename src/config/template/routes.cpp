// SPDX-License-Identifier: Apache-2.0
#include "config/template/api_parts.hpp"
#include "config/template/build.hpp"

#include <set>
#include <utility>

namespace postern::config::templates {

namespace {

constexpr std::string_view kTarget = "integrations/";
constexpr const char* kTargetExample = "Target: !Join [/, [integrations, !Ref THE_INTEGRATION]]";

/// The integration that Target names; null, and said so, when there is none.
const Item* integration_of(const World& world, const Item& route)
{
    const Node* target = route.find("Target");
    if (target == nullptr) {
        if (route.resource->properties.find("Target") == nullptr)  // else the mistake is in it
            world.findings.problem(route.where(),
                                   std::string("the route has no integration: it needs ") + kTargetExample);
        return nullptr;
    }
    const Item* found =
        target->text.starts_with(kTarget)
            ? world.stack.find("AWS::ApiGatewayV2::Integration", target->text.substr(kTarget.size()))
            : nullptr;
    if (found == nullptr) {
        world.findings.problem(
            target->where,
            describe(*target) + " is no integration of this template; expected " + kTargetExample);
    }
    return found;
}

void add_response(const World& world, const Item& route, Node& out)
{
    const auto responses = members(world, "AWS::ApiGatewayV2::RouteResponse", "RouteId", route.ref);
    for (std::size_t i = 0; i < responses.size(); ++i) {
        if (i > 0) {
            world.findings.problem(responses[i]->where(),
                                   "the route has another RouteResponse: " + responses[0]->id());
            continue;
        }
        world.findings.understood(responses[i]->where(), "the response of route " + route.text("RouteKey"));
        put(out, "routeResponse", Stack::copied(*responses[i]));
    }
}

void add_authorizer(const World& world, const Item& route, Node& out)
{
    const Node* id = route.find("AuthorizerId");
    if (id == nullptr) return;
    const Item* found = world.stack.find("AWS::ApiGatewayV2::Authorizer", id->text);
    if (found == nullptr) {
        world.findings.problem(id->where, describe(*id) + " is no authorizer of this template");
    } else {
        put(out, "authorizerId", found->id(), id->where);
    }
}

Node native_route(const World& world, const Item& route)
{
    Node out = Stack::copied(route);
    if (Node* parameters = out.find("requestParameters")) {
        for (Node::Entry& entry : parameters->entries) entry.value = with_camel_keys(std::move(entry.value));
    }
    add_authorizer(world, route, out);
    add_response(world, route, out);
    std::string calls = "nothing";
    if (const Item* integration = integration_of(world, route)) {
        Node native = native_integration(world, *integration);
        const Node* uri = native.find("integrationUri");
        calls = uri == nullptr ? integration->text("IntegrationType") : uri->text;
        put(out, "integration", std::move(native));
    }
    world.findings.understood(route.where(), "route " + route.text("RouteKey") + " calls " + calls);
    return out;
}

}  // namespace

Node native_routes(const World& world, const Item& api)
{
    Node out = map_node(api.where());
    std::set<std::string> keys;
    for (const Item* route : members(world, "AWS::ApiGatewayV2::Route", "ApiId", api.ref)) {
        const Node* key = route->find("RouteKey");
        if (key == nullptr || key->type != Node::Type::Scalar) {
            if (key != nullptr || route->resource->properties.find("RouteKey") == nullptr)
                world.findings.problem(route->where(), "RouteKey is required, such as $connect");
            continue;
        }
        if (!keys.insert(key->text).second) {
            world.findings.problem(key->where, "the API has another route with the key " + describe(*key));
            continue;
        }
        out.entries.push_back({key->text, key->where, native_route(world, *route)});
    }
    return out;
}

}  // namespace postern::config::templates
