// SPDX-License-Identifier: Apache-2.0
#include "config/template/apis.hpp"
#include "config/template/build.hpp"
#include "core/text.hpp"

#include <utility>

namespace postern::config::templates {

namespace {

constexpr const char* kDomain = "AWS::ApiGatewayV2::DomainName";
constexpr const char* kMapping = "AWS::ApiGatewayV2::ApiMapping";

bool is_of_http_api(const World& world, const Item& mapping)
{
    const Item* api = world.stack.find("AWS::ApiGatewayV2::Api", mapping.text("ApiId"));
    return api != nullptr && api->text("ProtocolType") == "HTTP";
}

Node& domain_below(Node& domains, const std::string& name, const Position& where)
{
    if (Node* found = domains.find(name)) return *found;
    domains.entries.push_back({name, where, map_node(where)});
    return domains.entries.back().value;
}

}  // namespace

Node native_domain_names(const World& world)
{
    Node out = map_node({});
    for (const Item* domain : world.stack.all(kDomain)) {
        const std::string name = text::lower(domain->ref);
        world.findings.understood(domain->where(), "domain name " + name);
        domain_below(out, name, domain->where()) = Stack::copied(*domain);
    }
    for (const Item* mapping : world.stack.all(kMapping)) {
        if (is_of_http_api(world, *mapping)) continue;
        const std::string name = text::lower(mapping->text("DomainName"));
        if (name.empty()) {
            if (mapping->resource->properties.find("DomainName") == nullptr)
                world.findings.problem(mapping->where(), "DomainName is required");
            continue;
        }
        // The domain name may be another stack's.
        Node& domain = domain_below(out, name, mapping->where_of("DomainName"));
        if (domain.find("apiMappings") == nullptr)
            put(domain, "apiMappings", list_node({}, mapping->where()));
        world.findings.understood(mapping->where(),
                                  "the path /" + mapping->text("ApiMappingKey") + " of " + name);
        domain.find("apiMappings")->items.push_back(Stack::copied(*mapping));
    }
    return out;
}

}  // namespace postern::config::templates
