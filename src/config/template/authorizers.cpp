// SPDX-License-Identifier: Apache-2.0
#include "config/template/api_parts.hpp"
#include "config/template/build.hpp"

#include <utility>

namespace postern::config::templates {

Node native_authorizers(const World& world, const Item& api)
{
    const auto all = members(world, "AWS::ApiGatewayV2::Authorizer", "ApiId", api.ref);
    Node out = map_node(all.empty() ? api.where() : all[0]->where());
    for (const Item* authorizer : all) {
        Node native = Stack::copied(*authorizer);
        if (const Node* uri = authorizer->find("AuthorizerUri"))
            put(native, "authorizerUri", short_function_uri(world, uri->text), uri->where);
        world.findings.understood(authorizer->where(), "authorizer " + authorizer->text("Name"));
        out.entries.push_back({authorizer->id(), authorizer->where(), std::move(native)});
    }
    return out;
}

Node native_models(const World& world, const Item& api)
{
    Node out = map_node(api.where());
    for (const Item* model : members(world, "AWS::ApiGatewayV2::Model", "ApiId", api.ref)) {
        Node native = Stack::copied(*model);
        if (const Node* schema = model->find("Schema")) put(native, "schema", *schema);
        const std::string name = model->text("Name");
        if (name.empty()) world.findings.problem(model->where(), "Name is required");
        world.findings.understood(model->where(), "model " + name);
        out.entries.push_back({name, model->where(), std::move(native)});
    }
    return out;
}

}  // namespace postern::config::templates
