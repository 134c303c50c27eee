// SPDX-License-Identifier: Apache-2.0
#include "config/template/apis.hpp"

#include "config/template/build.hpp"

#include <utility>

namespace postern::config::templates {

namespace {

constexpr const char* kApi = "AWS::ApiGatewayV2::Api";
constexpr const char* kParts[] = {"AWS::ApiGatewayV2::Authorizer",
                                  "AWS::ApiGatewayV2::Deployment",
                                  "AWS::ApiGatewayV2::Integration",
                                  "AWS::ApiGatewayV2::IntegrationResponse",
                                  "AWS::ApiGatewayV2::Model",
                                  "AWS::ApiGatewayV2::Route",
                                  "AWS::ApiGatewayV2::RouteResponse",
                                  "AWS::ApiGatewayV2::Stage"};

/// A section of the API, unless there is nothing in it.
void put_filled(Node& api, const char* name, Node section)
{
    if (!section.entries.empty()) put(api, name, std::move(section));
}

Node native_api(const World& world, const Item& api)
{
    Node out = Stack::copied(api);
    put(out, "routes", native_routes(world, api));
    put_filled(out, "stages", native_stages(world, api));
    put_filled(out, "authorizers", native_authorizers(world, api));
    put_filled(out, "models", native_models(world, api));
    return out;
}

/// Every part names an API of the template; parts of HTTP APIs are no affair of ours.
void check_owners(const World& world)
{
    for (const char* type : kParts) {
        for (const Item* part : world.stack.all(type)) {
            const Node* owner = part->find("ApiId");
            if (owner == nullptr) {
                if (part->resource->properties.find("ApiId") == nullptr)
                    world.findings.problem(part->where(), "ApiId is required: ApiId: !Ref THE_API");
            } else if (world.stack.find(kApi, owner->text) == nullptr) {
                world.findings.problem(owner->where, describe(*owner) + " is no API of this template");
            }
        }
    }
}

}  // namespace

std::vector<const Item*> members(const World& world,
                                 std::string_view type,
                                 std::string_view property,
                                 std::string_view owner)
{
    std::vector<const Item*> out;
    for (const Item* item : world.stack.all(type)) {
        const Node* found = item->find(property);
        if (found != nullptr && found->type == Node::Type::Scalar && found->text == owner)
            out.push_back(item);
    }
    return out;
}

Node native_apis(const World& world)
{
    Node out = map_node({});
    for (const Item* api : world.stack.all(kApi)) {
        const std::string protocol = api->text("ProtocolType");
        if (protocol == "HTTP") {
            world.findings.ignored(api->where(), "an HTTP API: Postern serves WebSocket APIs");
            continue;
        }
        if (protocol != "WEBSOCKET") {
            world.findings.problem(api->where_of("ProtocolType"), "ProtocolType is required: WEBSOCKET");
            continue;
        }
        Node native = native_api(world, *api);
        const Node* routes = native.find("routes");
        world.findings.understood(api->where(),
                                  "WebSocket API " + api->ref + " with " +
                                      std::to_string(routes->entries.size()) +
                                      (routes->entries.size() == 1 ? " route" : " routes"));
        out.entries.push_back({api->ref, api->where(), std::move(native)});
    }
    check_owners(world);
    return out;
}

}  // namespace postern::config::templates
