// SPDX-License-Identifier: Apache-2.0
#include "config/sections.hpp"
#include "observability/stage_logs.hpp"

namespace postern::config {

namespace {

constexpr const char* kHttpApisOnly = "belongs to HTTP APIs; AWS refuses it for WebSocket APIs";

/// Whatever its defaults: AWS answers OFF and false for a stage that says nothing (spec config-plane 6.2).
const Section& route_settings_section()
{
    using api::RouteSettings;
    using Of = Properties<RouteSettings>;
    static const Section table = Of::section(
        "routeSettings",
        "What a stage sets for its routes.",
        {
            Of::boolean("dataTraceEnabled",
                        &RouteSettings::data_trace_enabled,
                        "With loggingLevel INFO: whole events and answers in the execution log."),
            Of::boolean(
                "detailedMetricsEnabled",
                &RouteSettings::detailed_metrics_enabled,
                "AWS's switch for metrics of each route. Postern's always have the route as a label, so "
                "this changes nothing.")
                .documentation(),
            Of::choice(
                "loggingLevel",
                &RouteSettings::logging_level,
                {"OFF", "ERROR", "INFO"},
                "The execution log, in the log group `/aws/apigateway/API/STAGE`: nothing, failures, or "
                "the way of every event."),
            Of::number(Kind::Integer,
                       "throttlingBurstLimit",
                       &RouteSettings::throttling_burst_limit,
                       0,
                       1'000'000'000,
                       "Requests at once.")
                .not_yet(),
            Of::number(Kind::Number,
                       "throttlingRateLimit",
                       &RouteSettings::throttling_rate_limit,
                       0,
                       1'000'000'000,
                       "Requests each second.")
                .not_yet(),
        });
    return table;
}

const Section& access_log_section()
{
    using api::AccessLogSettings;
    using Of = Properties<AccessLogSettings>;
    static const Section table = [] {
        Property destination = Of::path(
            "destination",
            &AccessLogSettings::destination,
            "`stdout`, or a file, which is appended to and opened anew on SIGUSR1. Unless set, stdout.");
        destination.rule.choices = {std::string(observability::kStdout)};
        Section made = Of::section(
            "accessLog",
            "A line for every event of the stage.",
            {
                Of::text("format",
                         &AccessLogSettings::format,
                         "One of AWS's formats, `clf`, `json`, `xml` or `csv`, or a text with `$context` "
                         "variables, $context.requestId or $context.extendedRequestId among them.")
                    .required(),
                std::move(destination),
            });
        made.short_form = std::make_shared<const ShortForm>(
            ShortForm{{.kind = Kind::Text}, "The format; the lines go to stdout.", "format", nullptr});
        return made;
    }();
    return table;
}

const Section& access_log_settings_section()
{
    using api::AccessLogSettings;
    using Of = Properties<AccessLogSettings>;
    static const Section table =
        Of::section("accessLogSettings",
                    "The access log as AWS has it.",
                    {
                        Of::text("destinationArn",
                                 &AccessLogSettings::destination_arn,
                                 "The ARN of a log group, which is a file in gateway.log.groupDirectory.")
                            .required(),
                        Of::text("format", &AccessLogSettings::format, "As that of accessLog.").required(),
                    });
    return table;
}

/// Empty ones are none, as in AWS's answers.
void* enter_access_log(api::Stage& stage, const std::string&, const Node& node)
{
    return node.is_empty() ? nullptr : &stage.access_log_settings.emplace();
}

const Section& api_mapping_section()
{
    using api::ApiMapping;
    using Of = Properties<ApiMapping>;
    static const Section table = Of::section(
        "apiMapping",
        "Which stage of which API a path of the domain name leads to.",
        {
            Of::text("apiId", &ApiMapping::api_id, "An API of this file.").also_named("api").required(),
            Of::text("stage", &ApiMapping::stage, "A stage of that API.").required(),
            Of::text(
                "apiMappingKey", &ApiMapping::api_mapping_key, "The path, without slashes; empty: the root.")
                .also_named("key")
                .matching("[A-Za-z0-9$_.+!*'()-]{0,300}", "up to 300 letters, digits and $-_.+!*'()"),
        });
    return table;
}

}  // namespace

const Section& stage_section()
{
    using api::Stage;
    using Of = Properties<Stage>;
    static const Section table = Of::section(
        "stage",
        "A name under which an API is served: `ws://host/STAGE`. It serves the API as the file has it.",
        {
            Of::text_map("stageVariables", &Stage::stage_variables, "Handed to integrations and events.")
                .with_keys("[A-Za-z0-9_]{1,64}", "a stage variable's name: 1 to 64 letters, digits and _")
                .matching("[A-Za-z0-9._~:/?#&=,-]{0,512}", "up to 512 letters, digits and -._~:/?#&=,")
                .with_items(0, 100),
            Of::text("description", &Stage::description, "For people.").documentation(),
            Of::text_map("tags", &Stage::tags, "For people.").documentation(),
            Of::text("deploymentId", &Stage::deployment_id, "The stage serves the file, whatever this says.")
                .documentation(),
            Of::boolean("autoDeploy", &Stage::auto_deploy, "The stage serves the file, whatever this says.")
                .documentation(),
            Of::nested(
                Kind::Object,
                "defaultRouteSettings",
                route_settings_section,
                [](Stage& stage, const std::string&, const Node&) { return &stage.default_route_settings; },
                "For the routes that routeSettings does not name."),
            Of::nested(
                Kind::Map,
                "routeSettings",
                route_settings_section,
                [](Stage& stage, const std::string& key, const Node&) { return &stage.route_settings[key]; },
                "For single routes, by route key."),
            Of::nested(Kind::Object,
                       "accessLogSettings",
                       access_log_settings_section,
                       enter_access_log,
                       "The access log as AWS has it; either this or accessLog."),
            Of::nested(Kind::Object,
                       "accessLog",
                       access_log_section,
                       enter_access_log,
                       "A line for every event of the stage: a format, or an object."),
            Of::text("clientCertificateId",
                     &Stage::client_certificate_id,
                     "The certificate shown to HTTP backends.")
                .not_yet(),
        });
    return table;
}

const Section& domain_name_section()
{
    using api::DomainName;
    using Of = Properties<DomainName>;
    static const Section table = Of::section(
        "domainName",
        "A custom domain name.",
        {
            Of::nested(
                Kind::List,
                "apiMappings",
                api_mapping_section,
                [](DomainName& domain, const std::string&, const Node&) {
                    return &domain.api_mappings.emplace_back();
                },
                "What the paths of the domain name lead to.")
                .with_items(0, 200),
            Of::text_map("tags", &DomainName::tags, "For people.").documentation(),
            Of::any_not_yet("domainNameConfigurations", "AWS's certificate, endpoint type and TLS policy."),
            Of::any_not_yet("mutualTlsAuthentication", "Client certificates."),
            Of::any_not_yet("routingMode", "AWS's routing rules."),
        });
    return table;
}

const Section& api_section()
{
    using api::Api;
    using Of = Properties<Api>;
    static const Section table = Of::section(
        "api",
        "A WebSocket API: AWS's properties in camelCase, its routes and stages as maps.",
        {
            Of::text("name", &Api::name, "For people; the apiId unless set.").documentation(),
            Of::text("description", &Api::description, "For people.").documentation(),
            Of::text("version", &Api::version, "For people.").documentation(),
            Of::text_map("tags", &Api::tags, "For people.").documentation(),
            Of::text("routeSelectionExpression",
                     &Api::route_selection_expression,
                     "Its value, taken from a message, is the route key.")
                .matching("[\\s\\S]+", "a selection expression")
                .saying("Invalid routeSelectionExpression")
                .expression(),
            Of::nested(
                Kind::Map,
                "routes",
                route_section,
                [](Api& api, const std::string& key, const Node&) {
                    api::Route& made = api.routes[key];
                    made.route_key = key;
                    return &made;
                },
                "The routes, each under its route key.")
                .required()
                .with_keys(
                    "\\$connect|\\$disconnect|\\$default|[^$][\\s\\S]*",
                    "a route key: $connect, $disconnect, $default or a text that does not begin with $")
                .with_items(1, 300, "At least one route is required before deploying the Api"),
            Of::nested(
                Kind::Map,
                "stages",
                stage_section,
                [](Api& api, const std::string& key, const Node&) {
                    api::Stage& made = api.stages[key];
                    made.stage_name = key;
                    return &made;
                },
                "The stages, each under its name.")
                .with_keys("(?!s?ping$)[A-Za-z0-9_-]{1,128}",
                           "a stage name: 1 to 128 of A-Z, a-z, 0-9, _ and -, other than ping and sping")
                .with_items(0, 10)
                .defaulting_to("{dev: {}}"),
            Of::boolean("disableExecuteApiEndpoint",
                        &Api::disable_execute_api_endpoint,
                        "Serve the API under its custom domain names only."),
            Of::constant("protocolType", "WEBSOCKET", "The only kind of API there is here."),
            Of::text("ipAddressType", &Api::ip_address_type, "For people; the listeners decide.")
                .matching("ipv4|dualstack", "ipv4 or dualstack")
                .documentation(),
            Of::text(
                "apiKeySelectionExpression", &Api::api_key_selection_expression, "Where API keys come from.")
                .not_yet(),
            Of::boolean("disableSchemaValidation",
                        &Api::disable_schema_validation,
                        "Take models as they are when deploying.")
                .not_yet(),
            Of::any_not_yet("authorizers", "Lambda authorizers of `$connect`."),
            Of::any_not_yet("models", "JSON schemas of request bodies."),
            Of::refused("corsConfiguration", kHttpApisOnly),
            Of::refused("credentialsArn", kHttpApisOnly),
            Of::refused("routeKey", kHttpApisOnly),
            Of::refused("target", kHttpApisOnly),
        });
    return table;
}

}  // namespace postern::config
