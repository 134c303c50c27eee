// SPDX-License-Identifier: Apache-2.0
#include "api/function_reference.hpp"
#include "config/template/api_parts.hpp"
#include "config/template/build.hpp"

#include <algorithm>
#include <utility>

namespace postern::config::templates {

namespace {

/// What a Lambda function behind AWS_PROXY never sees, although AWS keeps it (spec config-plane 1.1).
constexpr const char* kNotForProxies[] = {"contentHandlingStrategy",
                                          "passthroughBehavior",
                                          "requestParameters",
                                          "requestTemplates",
                                          "templateSelectionExpression"};

void leave_out_for_proxies(Node& integration, Findings& findings)
{
    std::erase_if(integration.entries, [&](const Node::Entry& entry) {
        const bool is_unused = std::find(std::begin(kNotForProxies), std::end(kNotForProxies), entry.key) !=
                               std::end(kNotForProxies);
        if (is_unused) findings.ignored(entry.where, "AWS does not use it for AWS_PROXY, either");
        return is_unused;
    });
}

Node native_responses(const World& world, const std::vector<const Item*>& responses, const Position& where)
{
    Node out = map_node(where);
    for (const Item* response : responses) {
        const std::string key = response->text("IntegrationResponseKey");
        if (key.empty()) {
            world.findings.problem(response->where(), "IntegrationResponseKey is required, such as $default");
            continue;
        }
        world.findings.understood(response->where(), "the integration response " + key);
        out.entries.push_back({key, response->where(), Stack::copied(*response)});
    }
    return out;
}

}  // namespace

std::string short_function_uri(const World& world, const std::string& uri)
{
    if (uri.find("${") != std::string::npos) return uri;
    const auto function = api::parse_function_uri(uri);
    if (!function || !world.functions.has(function->name)) return uri;
    return "lambda:" + function->name + (function->qualifier.empty() ? "" : ':' + function->qualifier);
}

Node native_integration(const World& world, const Item& integration)
{
    Node out = Stack::copied(integration);
    const std::string type = integration.text("IntegrationType");
    if (integration.resource->properties.find("IntegrationType") == nullptr)
        world.findings.problem(integration.where(), "IntegrationType is required, such as AWS_PROXY");
    const bool is_proxy = type == "AWS_PROXY" || type == "HTTP_PROXY";
    if (type == "AWS_PROXY") leave_out_for_proxies(out, world.findings);
    if (const Node* uri = integration.find("IntegrationUri"); uri != nullptr && !uri->is_empty()) {
        Node written = *uri;
        if (type == "AWS_PROXY") written.text = short_function_uri(world, uri->text);
        put(out, "integrationUri", std::move(written));
    } else if (type == "MOCK") {
        // The native file has no integration without a URI yet.
        world.findings.problem(integration.where_of("IntegrationType"),
                               "integrationType MOCK is not supported yet");
    }
    const auto responses =
        members(world, "AWS::ApiGatewayV2::IntegrationResponse", "IntegrationId", integration.ref);
    if (is_proxy) {
        for (const Item* response : responses)
            world.findings.ignored(response->where(), "AWS does not use it for " + type + ", either");
    } else if (!responses.empty()) {
        put(out, "integrationResponses", native_responses(world, responses, responses[0]->where()));
    }
    return out;
}

}  // namespace postern::config::templates
