// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What AWS means by an API: the apigatewayv2 resources with AWS's property names (spec config-plane 1.2
/// and 6.2). Templates are translated to the native file's tree (ADR 0016), and its reader builds this model:
/// plain data, compiled into gateway::Deployment before it serves anybody.
namespace postern::api {

using StringMap = std::map<std::string, std::string, std::less<>>;

enum class IntegrationType { Aws, AwsProxy, Http, HttpProxy, Mock, Plugin };  // Plugin is Postern's own
enum class PassthroughBehavior { WhenNoMatch, WhenNoTemplates, Never };
enum class ContentHandlingStrategy { None, ConvertToBinary, ConvertToText };
enum class ConnectionType { Internet, VpcLink };
enum class AuthorizationType { None, AwsIam, Custom };
enum class LoggingLevel { Off, Error, Info };

struct IntegrationResponse {
    std::string integration_response_key;  ///< "/regex/" or "$default"
    StringMap response_templates;
    std::string template_selection_expression;
    StringMap response_parameters;
    ContentHandlingStrategy content_handling_strategy = ContentHandlingStrategy::None;
};

struct Integration {
    IntegrationType integration_type = IntegrationType::Plugin;
    /// "plugin:NAME[.HANDLER]" (Plugin); "lambda:NAME" or AWS's ARNs (AwsProxy, api/function_reference.hpp).
    std::string integration_uri;
    std::string integration_method;
    ConnectionType connection_type = ConnectionType::Internet;
    std::string connection_id;  ///< a VPC link, not a client
    std::string credentials_arn;
    StringMap request_templates;
    std::string template_selection_expression;
    StringMap request_parameters;
    PassthroughBehavior passthrough_behavior = PassthroughBehavior::WhenNoMatch;
    ContentHandlingStrategy content_handling_strategy = ContentHandlingStrategy::None;
    std::chrono::milliseconds timeout{29'000};  ///< timeoutInMillis, 50 to 29000
    std::string payload_format_version = "1.0";
    std::string tls_server_name_to_verify;
    std::string description;
    std::vector<IntegrationResponse> integration_responses;
};

struct RouteResponse {
    std::string route_response_key = "$default";  ///< the only key AWS accepts
    std::string model_selection_expression;
    StringMap response_models;
    std::map<std::string, bool, std::less<>> response_parameters;  ///< name -> required
};

struct Route {
    std::string route_key;
    std::optional<Integration> integration;  ///< AWS's target; absent only while a model is being built
    bool api_key_required = false;
    AuthorizationType authorization_type = AuthorizationType::None;
    std::string authorizer;  ///< name in Api::authorizers
    std::vector<std::string> authorization_scopes;
    std::string model_selection_expression;
    std::string operation_name;
    StringMap request_models;
    std::map<std::string, bool, std::less<>> request_parameters;  ///< name -> required
    std::string route_response_selection_expression;              ///< only "$default"
    std::optional<RouteResponse> route_response;

    /// Two-way: what the integration answers goes to the client (spec captures 1.3: the route response alone
    /// suffices; config-plane 1.4 for the expression alone, UNCONFIRMED).
    bool is_two_way() const
    {
        return route_response.has_value() || !route_response_selection_expression.empty();
    }
};

struct RouteSettings {
    std::optional<bool> data_trace_enabled;
    std::optional<bool> detailed_metrics_enabled;
    std::optional<LoggingLevel> logging_level;
    std::optional<std::int64_t> throttling_burst_limit;  ///< requests
    std::optional<double> throttling_rate_limit;         ///< requests per second
};

struct AccessLogSettings {
    std::string destination_arn;  ///< of a log group
    std::string format;           ///< or the name of one of AWS's four: clf, json, xml, csv
    std::string destination;      ///< Postern's own, instead of the ARN: "stdout" or a file
};

struct Stage {
    std::string stage_name;
    std::string deployment_id;
    bool auto_deploy = false;
    std::string description;
    StringMap stage_variables;
    RouteSettings default_route_settings;
    std::map<std::string, RouteSettings, std::less<>> route_settings;
    std::optional<AccessLogSettings> access_log_settings;
    std::string client_certificate_id;
    StringMap tags;
};

struct Authorizer {
    std::string name;
    std::string authorizer_type = "REQUEST";
    std::string authorizer_uri;
    std::string authorizer_credentials_arn;
    std::vector<std::string> identity_source;
    std::string identity_validation_expression;
};

/// AWS's Model resource: a JSON schema for request bodies.
struct RequestModel {
    std::string name;
    std::string schema;
    std::string content_type = "application/json";
    std::string description;
};

struct Api {
    std::string api_id;  ///< [a-z0-9][a-z0-9-]{0,63}; the key in the native file
    std::string name;
    std::string description;
    std::string version;
    std::string route_selection_expression = "$request.body.action";
    std::string api_key_selection_expression = "$request.header.x-api-key";
    bool disable_execute_api_endpoint = false;
    bool disable_schema_validation = false;
    std::string ip_address_type = "ipv4";
    StringMap tags;
    std::map<std::string, Route, std::less<>> routes;  ///< by route key
    std::map<std::string, Stage, std::less<>> stages;  ///< by stage name
    std::map<std::string, Authorizer, std::less<>> authorizers;
    std::map<std::string, RequestModel, std::less<>> models;
};

struct ApiMapping {
    std::string api_mapping_key;  ///< first path segment(s) without slashes; "" is the root
    std::string api_id;
    std::string stage;
};

struct DomainName {
    std::string domain_name;
    std::vector<ApiMapping> api_mappings;
    StringMap tags;
};

/// A Lambda function: AWS::Lambda::Function's properties, as far as they matter to whoever runs it.
struct Function {
    std::string function_name;
    std::string description;
    std::string runtime;   ///< "nodejs20.x", "python3.12", "provided.al2023"...
    std::string handler;   ///< "wsEcho/echo.handler"; go1.x: the program; other compiled runtimes do without
    std::string code_uri;  ///< a directory; "" when the code is inline or elsewhere
    std::string inline_code;  ///< instead of a directory: the text of index.js or index.py
    StringMap environment;
    std::chrono::milliseconds timeout{3'000};  ///< 1 to 900 s
    std::int64_t memory_size = 128;            ///< MB, 128 to 10240: told to the function, not enforced
    std::vector<std::string> layers;           ///< directories, each as if it were unpacked to /opt
    std::optional<std::int64_t> reserved_concurrent_executions;  ///< most instances; 0: nobody may invoke it
    /// Postern's own: the function is not run here but invoked over HTTP at this URL (Lambda itself, `sam
    /// local start-lambda`, the runtime interface emulator).
    std::string endpoint;
    std::string remote_name;  ///< its name there; "" the same

    bool operator==(const Function&) const = default;
};

struct Model {
    std::string region = "us-east-1";
    std::string account_id = "000000000000";
    std::map<std::string, Api, std::less<>> apis;
    std::map<std::string, DomainName, std::less<>> domain_names;
    std::map<std::string, Function, std::less<>> functions;  ///< by function name
};

}  // namespace postern::api
