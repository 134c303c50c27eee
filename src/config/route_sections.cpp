// SPDX-License-Identifier: Apache-2.0
#include "config/sections.hpp"

namespace postern::config {

namespace {

constexpr const char* kHttpApisOnly = "belongs to HTTP APIs; AWS refuses it for WebSocket APIs";

/// The scheme says what kind of integration it is; integrationType, read behind it, may say so too.
Property uri_property()
{
    Property made =
        Properties<api::Integration>::text("integrationUri",
                                           &api::Integration::integration_uri,
                                           "`plugin:NAME.HANDLER` is a handler of a plugin, `plugin:NAME` "
                                           "its handler without a name or a built-in "
                                           "handler; `lambda:NAME` is a function, and so are AWS's ARNs.");
    made.binding.set = [](void* target, const Value& value) {
        auto& integration = *static_cast<api::Integration*>(target);
        integration.integration_uri = std::get<std::string>(value);
        const bool is_lambda = integration.integration_uri.starts_with("lambda:") ||
                               integration.integration_uri.starts_with("arn:");
        integration.integration_type =
            is_lambda ? api::IntegrationType::AwsProxy : api::IntegrationType::Plugin;
    };
    return made;
}

/// Another way to write integrationUri.
Property plugin_property()
{
    Property made =
        Properties<api::Integration>::text(
            "plugin", &api::Integration::integration_uri, "The same as integrationUri, without `plugin:`.")
            .matching("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_.-]+)?", "NAME or NAME.HANDLER");
    made.binding.set = [](void* integration, const Value& name) {
        static_cast<api::Integration*>(integration)->integration_uri =
            "plugin:" + std::get<std::string>(name);
    };
    return made;
}

/// The messages for timeoutInMillis, payloadFormatVersion and routeResponseKey are AWS's (spec
/// config-plane 6.4).
const Section& integration_section()
{
    using api::Integration;
    using Of = Properties<Integration>;
    static const Section table = [] {
        Section made = Of::section(
            "integration",
            "What a route calls.",
            {
                uri_property(),
                plugin_property(),
                Of::number(Kind::Integer,
                           "timeoutInMillis",
                           &Integration::timeout,
                           50,
                           29'000,
                           "How long the integration may take to answer, in milliseconds.")
                    .saying("Timeout should be between 50 ms and 29000 ms"),
                Of::text("description", &Integration::description, "For people.").documentation(),
                Of::text(
                    "payloadFormatVersion", &Integration::payload_format_version, "AWS's only one is `1.0`.")
                    .matching("1\\.0", "1.0")
                    .saying("Unsupported PayloadFormatVersion: {}")
                    .documentation(),
                Of::choice(
                    "integrationType",
                    &Integration::integration_type,
                    {"AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK", "PLUGIN"},
                    "What kind of backend it is: `PLUGIN`, or `AWS_PROXY` for Lambda; the URI says so too."),
                Of::text("integrationMethod",
                         &Integration::integration_method,
                         "Changes nothing: functions are always called with POST.")
                    .documentation(),
                Of::choice("connectionType",
                           &Integration::connection_type,
                           {"INTERNET", "VPC_LINK"},
                           "How the backend is reached.")
                    .not_yet(),
                Of::text("connectionId", &Integration::connection_id, "A VPC link.").not_yet(),
                Of::text("credentialsArn",
                         &Integration::credentials_arn,
                         "The role of the call: changes nothing, there are no roles here.")
                    .documentation(),
                Of::text_map(
                    "requestTemplates", &Integration::request_templates, "VTL templates of the request.")
                    .not_yet(),
                Of::text("templateSelectionExpression",
                         &Integration::template_selection_expression,
                         "Chooses the request's template.")
                    .not_yet(),
                Of::text_map(
                    "requestParameters", &Integration::request_parameters, "Data mapped to the request.")
                    .not_yet(),
                Of::choice("passthroughBehavior",
                           &Integration::passthrough_behavior,
                           {"WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"},
                           "What happens to a message without a template.")
                    .not_yet(),
                Of::choice("contentHandlingStrategy",
                           &Integration::content_handling_strategy,
                           {"", "CONVERT_TO_BINARY", "CONVERT_TO_TEXT"},
                           "Base64 on the way to the backend.")
                    .not_yet(),
                Of::any_not_yet("tlsConfig",
                                "The server name that an HTTPS backend's certificate must have."),
                Of::any_not_yet("integrationResponses", "How answers of templated backends are translated."),
                Of::refused("integrationSubtype", kHttpApisOnly),
                Of::refused("responseParameters", kHttpApisOnly),
            });
        made.short_form = std::make_shared<const ShortForm>(
            ShortForm{{.kind = Kind::Text}, "The integrationUri.", "integrationUri", nullptr});
        made.exactly_one_of = {"integrationUri", "plugin"};
        return made;
    }();
    return table;
}

const Section& route_response_section()
{
    using api::RouteResponse;
    using Of = Properties<RouteResponse>;
    static const Section table = [] {
        Section made = Of::section(
            "routeResponse",
            "Makes the route two-way: what the integration answers goes to the client.",
            {
                Of::text(
                    "routeResponseKey", &RouteResponse::route_response_key, "AWS's only one is `$default`.")
                    .matching("\\$default", "$default")
                    .saying("Currently, only $default is supported as a RouteResponseKey."),
                Of::text("modelSelectionExpression",
                         &RouteResponse::model_selection_expression,
                         "Chooses the response's model.")
                    .not_yet(),
                Of::text_map("responseModels", &RouteResponse::response_models, "Models of the response.")
                    .not_yet(),
                Of::any_not_yet("responseParameters", "Parameters of the response."),
            });
        // `false` never gets here: the route leaves the response out.
        made.short_form = std::make_shared<const ShortForm>(ShortForm{
            {.kind = Kind::Boolean}, "true: with its defaults; false: none.", "", [](void*, const Value&) {
            }});
        return made;
    }();
    return table;
}

void* enter_route_response(api::Route& route, const std::string&, const Node& node)
{
    const Result<Value> flag = parse_value({.kind = Kind::Boolean}, node);
    if (flag.has_value() && !std::get<bool>(*flag)) return nullptr;
    return &route.route_response.emplace();
}

}  // namespace

const Section& route_section()
{
    using api::Route;
    using Of = Properties<Route>;
    static const Section table = [] {
        Section made = Of::section(
            "route",
            "What happens to the messages with this route key, to new connections (`$connect`), to "
            "connections that "
            "ended (`$disconnect`), or to messages that no other route takes (`$default`).",
            {
                Of::nested(
                    Kind::Object,
                    "integration",
                    integration_section,
                    [](Route& route, const std::string&, const Node&) {
                        return &route.integration.emplace();
                    },
                    "What the route calls.")
                    .required(),
                Of::nested(Kind::Object,
                           "routeResponse",
                           route_response_section,
                           enter_route_response,
                           "Whether the integration's answer goes to the client."),
                Of::text("routeResponseSelectionExpression",
                         &Route::route_response_selection_expression,
                         "`$default` makes the route two-way, too.")
                    .matching("\\$default", "$default, the only one that AWS supports"),
                Of::text("operationName", &Route::operation_name, "For people.").documentation(),
                Of::boolean("apiKeyRequired", &Route::api_key_required, "Only clients with an API key.")
                    .not_yet(),
                Of::choice("authorizationType",
                           &Route::authorization_type,
                           {"NONE", "AWS_IAM", "CUSTOM"},
                           "Who may connect.")
                    .not_yet(),
                Of::text("authorizerId", &Route::authorizer, "An authorizer of this API.")
                    .also_named("authorizer")
                    .not_yet(),
                Of::text_list("authorizationScopes", &Route::authorization_scopes, "AWS refuses them, too.")
                    .not_yet(),
                Of::text("modelSelectionExpression",
                         &Route::model_selection_expression,
                         "Chooses the model that a message must match.")
                    .not_yet(),
                Of::text_map(
                    "requestModels", &Route::request_models, "The models, by the expression's value.")
                    .not_yet(),
                Of::any_not_yet("requestParameters", "The parameters that a request must have."),
                Of::refused("target",
                            "names an integration by id; write the integration itself under integration"),
            });
        made.short_form = std::make_shared<const ShortForm>(
            ShortForm{{.kind = Kind::Text}, "The integration.", "integration", nullptr});
        return made;
    }();
    return table;
}

}  // namespace postern::config
