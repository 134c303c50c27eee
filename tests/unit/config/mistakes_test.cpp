// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "support.hpp"

using namespace postern::config;

namespace {

/// `text` follows a good API, in line 2.
std::string beside_an_api(const std::string& text)
{
    return problems_of(kOneApi + text);
}

std::string in_route(const std::string& text)
{
    return problems_of("apis:\n  a:\n    routes:\n      r: {" + text + "}\n");
}

std::string in_integration(const std::string& text)
{
    return in_route("integration: {integrationUri: \"plugin:echo\", " + text + "}");
}

std::string in_limits(const std::string& text)
{
    return beside_an_api("gateway:\n  limits: {" + text + "}\n");
}

}  // namespace

TEST_CASE("What is not a configuration at all is said so")
{
    CHECK(problems_of("") == "t.yaml:1:1: apis: apis is required\n");
    CHECK(problems_of("# nothing\n") == "t.yaml:1:1: apis: apis is required\n");
    CHECK(problems_of("hello\n") == "t.yaml:1:1: expected a map of names and values, not \"hello\"\n");
    CHECK(problems_of("- a\n") == "t.yaml:1:1: expected a map of names and values, not a list\n");
    CHECK(problems_of("apis:\n") == "t.yaml:1:1: apis: at least one API is required\n");
    CHECK(problems_of("apis: [a]\n") == "t.yaml:1:7: apis: expected a map of names and values, not a list\n");
    CHECK(load_file("/nonexistent/x.yaml").problems.size() == 1);
    CHECK(to_string(load_file("/nonexistent/x.yaml").problems[0]) ==
          "/nonexistent/x.yaml: cannot be read: No such file or directory");
    CHECK(to_string(load_file("/").problems[0]) == "/: expected a file, not a directory");
    CHECK(to_string(load_file("/dev/zero").problems[0]) == "/dev/zero: larger than 4 MiB");
}

TEST_CASE("What an empty file lacks is not missing in a flag")
{
    LoadOptions options;
    options.overrides.values.push_back({"gateway.shards", "1", "flag --set"});
    CHECK(problems_of("", options) == "t.yaml:1:1: apis: apis is required\n");
}

TEST_CASE("Unknown names are mistakes with the nearest name")
{
    CHECK(beside_an_api("gatway: {}\n") ==
          "t.yaml:2:1: gatway: no such property (did you mean \"gateway\"?)\n");
    CHECK(beside_an_api("zzz: {}\n") == "t.yaml:2:1: zzz: no such property\n");
    CHECK(in_limits("idleTimeuot: 1m") ==
          "t.yaml:3:12: gateway.limits.idleTimeuot: no such property (did you mean \"idleTimeout\"?)\n");
    CHECK(in_route("Integration: \"plugin:echo\"") ==
          "t.yaml:4:10: apis.a.routes.r.integration: integration is required\n"
          "t.yaml:4:11: apis.a.routes.r.Integration: no such property (did you mean \"integration\"?)\n");
}

TEST_CASE("Top-level values are checked")
{
    CHECK(beside_an_api("region: mars\n") ==
          "t.yaml:2:9: region: expected an AWS region such as us-east-1, not \"mars\"\n");
    CHECK(beside_an_api("accountId: 1234\n") == "t.yaml:2:12: accountId: expected 12 digits, not \"1234\"\n");
    CHECK(beside_an_api("region:\n") ==
          "t.yaml:2:1: region: expected an AWS region such as us-east-1, not nothing\n");
    CHECK(beside_an_api("functions: {f: {runtime: nodejs20.x}}\n") ==
          "t.yaml:2:16: functions.f: codeUri or inlineCode or endpoint is required\n");
    CHECK(beside_an_api("functions: {}\n").empty());
}

TEST_CASE("APIs are checked")
{
    CHECK(problems_of("apis: {Chat: {routes: {r: plugin:echo}}}\n") ==
          "t.yaml:1:8: apis: expected an apiId: 1 to 64 of a-z, 0-9 and -, not - first, not \"Chat\"\n");
    CHECK(problems_of("apis: {a: {}}\n") == "t.yaml:1:11: apis.a.routes: routes is required\n");
    CHECK(problems_of("apis: {a: {routes: {}}}\n") ==
          "t.yaml:1:20: apis.a.routes: At least one route is required before deploying the Api\n");
    const auto with = [](const std::string& text) {
        return problems_of("apis: {a: {routes: {r: plugin:echo}, " + text + "}}\n");
    };
    CHECK(with("routeSelectionExpression: ''") ==
          "t.yaml:1:64: apis.a.routeSelectionExpression: Invalid routeSelectionExpression\n");
    CHECK(with("corsConfiguration: {}") ==
          "t.yaml:1:38: apis.a.corsConfiguration: corsConfiguration belongs to HTTP "
          "APIs; AWS refuses it for WebSocket APIs\n");
    CHECK(with("protocolType: HTTP") ==
          "t.yaml:1:52: apis.a.protocolType: expected WEBSOCKET, not \"HTTP\"\n");
    CHECK(with("disableSchemaValidation: true") ==
          "t.yaml:1:63: apis.a.disableSchemaValidation: disableSchemaValidation true is not supported yet\n");
    CHECK(with("disableExecuteApiEndpoint: \"true\"") ==
          "t.yaml:1:65: apis.a.disableExecuteApiEndpoint: expected true or false, not \"true\"\n");
    CHECK(with("authorizers: {x: {}}") ==
          "t.yaml:1:51: apis.a.authorizers: authorizers is not supported yet\n");
    CHECK(with("protocolType: WEBSOCKET, disableSchemaValidation: false, authorizers: {}, "
               "apiKeySelectionExpression: $request.header.x-api-key")
              .empty());
}

TEST_CASE("A selection expression is judged by the caller's function")
{
    LoadOptions options;
    options.check_expression = [](std::string_view expression) -> std::optional<std::string> {
        if (expression == "$request.body.action") return std::nullopt;
        return "no value at column 3";
    };
    CHECK(problems_of("apis: {a: {routes: {r: plugin:echo}, routeSelectionExpression: $x}}\n", options) ==
          "t.yaml:1:64: apis.a.routeSelectionExpression: Invalid routeSelectionExpression: no value at "
          "column 3\n");
    CHECK(problems_of(kOneApi, options).empty());
}

TEST_CASE("Routes are checked")
{
    CHECK(problems_of("apis: {a: {routes: {$foo: plugin:echo}}}\n") ==
          "t.yaml:1:21: apis.a.routes: expected a route key: $connect, $disconnect, $default or a text that "
          "does not "
          "begin with $, not \"$foo\"\n");
    CHECK(problems_of("apis: {a: {routes: {\"\": plugin:echo}}}\n")
              .find("t.yaml:1:21: apis.a.routes: expected a route key") == 0);
    CHECK(problems_of("apis: {a: {routes: {r: }}}\n") ==
          "t.yaml:1:21: apis.a.routes.r.integration: integration is required\n");
    CHECK(in_route("integration: \"plugin:echo\", routeResponse: maybe") ==
          "t.yaml:4:54: apis.a.routes.r.routeResponse: expected true or false, not \"maybe\"\n");
    CHECK(in_route("integration: \"plugin:echo\", routeResponse: ") ==
          "t.yaml:4:39: apis.a.routes.r.routeResponse: expected a value, not nothing\n");
    CHECK(in_route("integration: \"plugin:echo\", routeResponse: {routeResponseKey: x}") ==
          "t.yaml:4:73: apis.a.routes.r.routeResponse.routeResponseKey: Currently, only $default is "
          "supported as a "
          "RouteResponseKey.\n");
    CHECK(in_route("integration: \"plugin:echo\", routeResponseSelectionExpression: $x") ==
          "t.yaml:4:73: apis.a.routes.r.routeResponseSelectionExpression: expected $default, the only one "
          "that AWS "
          "supports, not \"$x\"\n");
    CHECK(in_route("integration: \"plugin:echo\", target: integrations/abc") ==
          "t.yaml:4:39: apis.a.routes.r.target: target names an integration by id; write the integration "
          "itself under "
          "integration\n");
}

TEST_CASE("There may be 300 routes and 10 stages")
{
    const auto routes = [](int count) {
        std::string text = "apis:\n  a:\n    routes:\n";
        for (int i = 0; i < count; ++i) text += "      r" + std::to_string(i) + ": plugin:echo\n";
        return text;
    };
    CHECK(problems_of(routes(300)).empty());
    CHECK(problems_of(routes(301)) == "t.yaml:4:7: apis.a.routes: expected at most 300 entries, not 301\n");
    const auto stages = [](int count) {
        std::string text = "apis:\n  a:\n    routes: {r: plugin:echo}\n    stages:\n";
        for (int i = 0; i < count; ++i) text += "      s" + std::to_string(i) + ":\n";
        return text;
    };
    CHECK(problems_of(stages(10)).empty());
    CHECK(problems_of(stages(11)) == "t.yaml:5:7: apis.a.stages: expected at most 10 entries, not 11\n");
}

TEST_CASE("What a route cannot do yet is refused by name, unless it is AWS's default")
{
    const std::string route = "integration: \"plugin:echo\", ";
    CHECK(in_route(route + "authorizationType: CUSTOM") ==
          "t.yaml:4:58: apis.a.routes.r.authorizationType: authorizationType CUSTOM is not supported yet\n");
    CHECK(in_route(route + "authorizationType: CUSTON") ==
          "t.yaml:4:58: apis.a.routes.r.authorizationType: expected one of NONE, AWS_IAM, CUSTOM, not "
          "\"CUSTON\" "
          "(did you mean \"CUSTOM\"?)\n");
    CHECK(in_route(route + "apiKeyRequired: true") ==
          "t.yaml:4:55: apis.a.routes.r.apiKeyRequired: apiKeyRequired true is not supported yet\n");
    CHECK(in_route(route + "authorizer: x") ==
          "t.yaml:4:51: apis.a.routes.r.authorizerId: authorizerId x is not supported yet\n");
    CHECK(in_route(route + "requestModels: {a: b}") ==
          "t.yaml:4:54: apis.a.routes.r.requestModels: requestModels is not supported yet\n");
    CHECK(in_route(route + "requestParameters: {a: {required: true}}") ==
          "t.yaml:4:58: apis.a.routes.r.requestParameters: requestParameters is not supported yet\n");
    CHECK(in_route(route + "modelSelectionExpression: $x") ==
          "t.yaml:4:65: apis.a.routes.r.modelSelectionExpression: modelSelectionExpression $x is not "
          "supported yet\n");
    CHECK(in_route(route + "authorizationScopes: [a]") ==
          "t.yaml:4:60: apis.a.routes.r.authorizationScopes: authorizationScopes is not supported yet\n");
    CHECK(
        in_route(route +
                 "authorizationType: NONE, apiKeyRequired: false, authorizationScopes: [], requestModels: {}")
            .empty());
}

TEST_CASE("Integrations are checked")
{
    CHECK(in_integration("timeoutInMillis: 49") ==
          "t.yaml:4:73: apis.a.routes.r.integration.timeoutInMillis: Timeout "
          "should be between 50 ms and 29000 ms\n");
    CHECK(in_integration("timeoutInMillis: 29001").find("Timeout should be between") != std::string::npos);
    CHECK(in_integration("timeoutInMillis: 5s").find("Timeout should be between") != std::string::npos);
    CHECK(in_integration("timeoutInMillis: 50").empty());
    CHECK(in_integration("payloadFormatVersion: \"2.0\"") ==
          "t.yaml:4:78: apis.a.routes.r.integration.payloadFormatVersion: Unsupported PayloadFormatVersion: "
          "2.0\n");
    CHECK(in_integration(
              "payloadFormatVersion: 1.0, connectionType: INTERNET, passthroughBehavior: WHEN_NO_MATCH, "
              "integrationType: PLUGIN, requestTemplates: {}, tlsConfig: {}")
              .empty());
    CHECK(in_integration("connectionType: VPC_LINK").find("connectionType VPC_LINK is not supported yet") !=
          std::string::npos);
    CHECK(in_integration("requestTemplates: {a: b}").find("requestTemplates is not supported yet") !=
          std::string::npos);
    CHECK(in_integration("credentialsArn: arn, integrationMethod: GET").empty());
    CHECK(in_integration("integrationResponses: [{}]").find("integrationResponses is not supported yet") !=
          std::string::npos);
    CHECK(in_integration("integrationSubtype: x").find("belongs to HTTP APIs") != std::string::npos);
    CHECK(in_integration("plugin: echo") ==
          "t.yaml:4:24: apis.a.routes.r.integration: expected only one of integrationUri or plugin\n");
    CHECK(in_route("integration: {}") ==
          "t.yaml:4:24: apis.a.routes.r.integration: integrationUri or plugin is required\n");
    CHECK(in_route("integration: []") ==
          "t.yaml:4:24: apis.a.routes.r.integration: expected a map of names and values, not a list\n");
    CHECK(in_route("integration: {integrationType: HTTP_PROXY, integrationUri: \"https://x\"}") ==
          "t.yaml:4:42: apis.a.routes.r.integration.integrationType: only AWS_PROXY and PLUGIN integrations "
          "are supported yet\n");
}

TEST_CASE("A route's function must be there, in each stage")
{
    const std::string function = "functions: {wsEcho: {runtime: nodejs20.x, handler: a.b, codeUri: .}}\n";
    const auto with_function = [&](const std::string& uri, const std::string& stages = "{dev: {}}") {
        return problems_of("apis: {a: {routes: {r: \"" + uri + "\"}, stages: " + stages + "}}\n" + function);
    };
    CHECK(with_function("lambda:wsEcho").empty());
    CHECK(with_function("arn:aws:lambda:us-east-1:1:function:wsEcho:live").empty());
    CHECK(
        with_function("lambda:wsEco") ==
        "t.yaml:1:24: apis.a.routes.r.integration: no function named \"wsEco\" (did you mean \"wsEcho\"?)\n");
    CHECK(with_function("lambda:").find("expected lambda:NAME, a function's ARN, or arn:aws:apigateway:") !=
          std::string::npos);
    CHECK(with_function("arn:aws:sns:us-east-1:1:topic").find("expected lambda:NAME") != std::string::npos);
    CHECK(with_function("lambda:${stageVariables.f}", "{dev: {stageVariables: {f: wsEcho}}}").empty());
    CHECK(with_function("lambda:${stageVariables.f}",
                        "{dev: {stageVariables: {f: wsEcho}}, prod: {stageVariables: {f: other}}}")
              .find("no function named \"other\"") != std::string::npos);
    CHECK(with_function("lambda:${stageVariables.f}", "{dev: {stageVariables: {f: wsEcho}}, prod: {}}") ==
          "t.yaml:1:24: apis.a.routes.r.integration: the stage \"prod\" has no stage variable \"f\", which "
          "is to "
          "name the function: set it in the stage's stageVariables\n");
    CHECK(with_function("lambda:ws${stageVariables.f}", "{dev: {}}").find("no stage variable \"f\"") !=
          std::string::npos);
    CHECK(with_function("lambda:wsEcho${stageVariables.f}", "{dev: {}}").empty());
}

TEST_CASE("Functions are checked")
{
    CHECK(beside_an_api("functions: {f: {codeUri: .}}\n") ==
          "t.yaml:2:16: functions.f: runtime is required for a function that runs here\n");
    CHECK(beside_an_api("functions: {f: {codeUri: ., runtime: python3.12}}\n") ==
          "t.yaml:2:16: functions.f: handler is required for the runtime python3.12\n");
    CHECK(beside_an_api("functions: {f: {codeUri: ., runtime: provided.al2023}}\n").empty());
    CHECK(beside_an_api("functions: {f: {inlineCode: '" + std::string(5000, 'x') +
                        "', runtime: nodejs20.x, handler: index.h}}\n") == "");
    CHECK(beside_an_api("functions: {f: {inlineCode: x, runtime: provided.al2023}}\n") ==
          "t.yaml:2:29: functions.f.inlineCode: the runtime provided.al2023 has no inline code\n");
    CHECK(beside_an_api("functions: {f: {endpoint: \"http://localhost:3001\", remoteName: g}}\n").empty());
    CHECK(beside_an_api("functions: {f: {codeUri: ., runtime: provided.al2023, remoteName: g}}\n")
              .find("functions.f.remoteName: belongs to endpoint, and there is none") != std::string::npos);
    CHECK(beside_an_api("functions: {f: {endpoint: \"http://x\", codeUri: .}}\n") ==
          "t.yaml:2:16: functions.f: expected only one of codeUri or inlineCode or endpoint\n");
    CHECK(beside_an_api("functions: {f: {endpoint: \"ftp://x\"}}\n").find("expected an http or https URL") !=
          std::string::npos);
    CHECK(beside_an_api("functions: {\"a b\": {codeUri: .}}\n").find("expected a function's name") !=
          std::string::npos);
    CHECK(beside_an_api("functions: {f: {codeUri: ., runtime: x, timeout: 901}}\n").find("1 to 900") !=
          std::string::npos);
    CHECK(beside_an_api("functions: {f: {codeUri: ., runtime: x, environment: {\"1A\": b}}}\n")
              .find("expected a variable's name") != std::string::npos);
}

TEST_CASE("A route's plugin must be there")
{
    CHECK(in_route("integration: \"plugin:ehco\"") ==
          "t.yaml:4:24: apis.a.routes.r.integration: no plugin named \"ehco\" (did you mean \"echo\"?)\n");
    CHECK(in_route("integration: {plugin: chat.say}") ==
          "t.yaml:4:33: apis.a.routes.r.integration: no plugin named \"chat\"\n");
    CHECK(in_route("integration: \"https://x\"") ==
          "t.yaml:4:24: apis.a.routes.r.integration: expected plugin:NAME, plugin:NAME.HANDLER, "
          "lambda:NAME or a function's ARN; other integrations are not supported yet\n");
    CHECK(in_route("integration: \"plugin:\"") ==
          "t.yaml:4:24: apis.a.routes.r.integration: expected plugin:NAME or plugin:NAME.HANDLER\n");
    CHECK(in_route("integration: \"plugin:chat.\"") ==
          "t.yaml:4:24: apis.a.routes.r.integration: expected plugin:NAME or plugin:NAME.HANDLER\n");
    CHECK(in_route("integration: \"plugin:echo.say\"") ==
          "t.yaml:4:24: apis.a.routes.r.integration: the built-in handler \"echo\" has no handlers of its "
          "own\n");
    CHECK(beside_an_api("plugins: {echo: {library: x.so}}\n") ==
          "t.yaml:2:17: plugins.echo: the name \"echo\" belongs to a built-in handler\n");
    CHECK(beside_an_api("plugins: {chat: {}}\n") ==
          "t.yaml:2:17: plugins.chat.library: library is required\n");
    CHECK(beside_an_api("plugins: {a.b: {library: x}}\n") ==
          "t.yaml:2:11: plugins: expected a plugin's name: 1 to 64 of A-Z, a-z, 0-9, _ and -, not \"a.b\"\n");
    CHECK(beside_an_api("plugins: {chat: {library: x.so, settings: {a: .inf}}}\n") ==
          "t.yaml:2:43: plugins.chat.settings: JSON has no number .inf\n");
}

TEST_CASE("Stages are checked")
{
    const auto with = [](const std::string& text) {
        return problems_of("apis:\n  a:\n    routes: {r: plugin:echo}\n    stages: {" + text + "}\n");
    };
    for (const char* name : {"ping", "sping", "a b", "'$default'", "'é'"}) {
        INFO(name);
        CHECK(with(name + std::string(": "))
                  .find("t.yaml:4:14: apis.a.stages: expected a stage name: 1 to 128") == 0);
    }
    CHECK(with("pings: , Dev-1_x: {}").empty());
    CHECK(with(std::string(128, 'x') + ": ").empty());
    CHECK_FALSE(with(std::string(129, 'x') + ": ").empty());
    CHECK(with("d: {stageVariables: {a-b: x}}") ==
          "t.yaml:4:35: apis.a.stages.d.stageVariables: expected a stage variable's name: 1 to 64 letters, "
          "digits and "
          "_, not \"a-b\"\n");
    CHECK(with("d: {stageVariables: {a: 'x y'}}") ==
          "t.yaml:4:38: apis.a.stages.d.stageVariables.a: expected up to 512 letters, digits and "
          "-._~:/?#&=,, not \"x "
          "y\"\n");
    CHECK_FALSE(with("d: {stageVariables: {a: " + std::string(513, 'x') + "}}").empty());
    CHECK_FALSE(with("d: {stageVariables: {" + std::string(65, 'x') + ": y}}").empty());
    CHECK(with("d: {defaultRouteSettings: {loggingLevel: INFO, throttlingBurstLimit: 5}}") ==
          "t.yaml:4:83: apis.a.stages.d.defaultRouteSettings.throttlingBurstLimit: throttlingBurstLimit 5 is "
          "not "
          "supported yet\n");
    CHECK(with("d: {accessLog: {format: json}, clientCertificateId: x}") ==
          "t.yaml:4:66: apis.a.stages.d.clientCertificateId: clientCertificateId x is not supported yet\n");
    CHECK(with("d: {routeSettings: {x: {}}}") ==
          "t.yaml:4:37: apis.a.stages.d.routeSettings.x: Unable to find Route by key x within the provided "
          "RouteSettings\n");
    CHECK(with("d: {autoDeploy: true, deploymentId: abc, description: x, tags: {a: b}, "
               "defaultRouteSettings: {loggingLevel: OFF, dataTraceEnabled: false}}")
              .empty());
}

TEST_CASE("The metrics' switch of AWS is accepted either way, as a truth value")
{
    const auto with = [](const std::string& value) {
        return problems_of(
            "apis:\n  a:\n    routes: {r: plugin:echo}\n    stages:\n      d: {"
            "defaultRouteSettings: {detailedMetricsEnabled: " +
            value + "}, routeSettings: {r: {detailedMetricsEnabled: true}}}\n");
    };
    CHECK(with("true").empty());
    CHECK(with("false").empty());
    CHECK(with("often").find("t.yaml:5:58: apis.a.stages.d.defaultRouteSettings.detailedMetricsEnabled: ") ==
          0);
}

TEST_CASE("A stage's access log is refused as AWS refuses it")
{
    const auto with = [](const std::string& stage) {
        return problems_of("apis:\n  a:\n    routes: {$default: plugin:echo}\n    stages: {d: {" + stage +
                           "}}\n");
    };
    const auto has = [](const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    };
    CHECK(with("accessLog: json").empty());
    CHECK(with("accessLog: {format: $context.requestId $context.status, destination: stdout}").empty());
    CHECK(with("accessLog: {}, accessLogSettings: {}").empty());  // as AWS answers for none
    CHECK(has(with("accessLog: jsno"),
              "apis.a.stages.d.accessLog.format: Access Log format must include either $context.requestId or "
              "$context.extendedRequestId\n"));
    CHECK(has(with("accessLog: {format: \"$context.requestId\\n$context.status\"}"),
              "apis.a.stages.d.accessLog.format: Access Log format must be single line"));
    CHECK(has(with("accessLog: {destination: stdout}"),
              "apis.a.stages.d.accessLog.format: format is required"));
    CHECK(has(with("accessLogSettings: {format: json}"),
              "apis.a.stages.d.accessLogSettings.destinationArn: destinationArn is required"));
    CHECK(has(with("accessLogSettings: {format: json, destinationArn: 'arn:aws:logs:r:1:log-group:/a/../b'}"),
              "apis.a.stages.d.accessLogSettings.destinationArn: \"/a/../b\" is no log group's name"));
    CHECK(has(
        with("accessLogSettings: {format: json, destinationArn: 'arn:aws:firehose:r:1:deliverystream/x'}"),
        "apis.a.stages.d.accessLogSettings.destinationArn: Firehose delivery streams are not supported"));
    CHECK(has(with("accessLog: json, accessLogSettings: {format: csv, destinationArn: "
                   "'arn:aws:logs:r:1:log-group:g'}"),
              "apis.a.stages.d.accessLog: accessLogSettings is there, too: a stage has one access log"));
    CHECK(has(with("defaultRouteSettings: {loggingLevel: DEBUG}"),
              "apis.a.stages.d.defaultRouteSettings.loggingLevel: expected one of OFF, ERROR, INFO"));
}

TEST_CASE("A hundred stage variables fit, and no more")
{
    const auto with = [](int count) {
        std::string text =
            "apis:\n  a:\n    routes: {r: plugin:echo}\n    stages:\n      d:\n        stageVariables:\n";
        for (int i = 0; i < count; ++i) text += "          v" + std::to_string(i) + ": x\n";
        return problems_of(text);
    };
    CHECK(with(100).empty());
    CHECK(with(101) ==
          "t.yaml:7:11: apis.a.stages.d.stageVariables: expected at most 100 entries, not 101\n");
}

TEST_CASE("Domain names lead to what exists")
{
    CHECK(beside_an_api("domainNames: {WS.example.com: {}}\n")
              .find("t.yaml:2:15: domainNames: expected a host name in lower case") == 0);
    CHECK(beside_an_api("domainNames: {\"*.example.com\": {}}\n")
              .find("t.yaml:2:15: domainNames: expected a host name") == 0);
    CHECK(beside_an_api("domainNames: {x.y: {apiMappings: [{apiId: b, stage: dev}]}}\n") ==
          "t.yaml:2:43: domainNames.x.y.apiMappings[0].apiId: no API named \"b\" (did you mean \"a\"?)\n");
    CHECK(
        beside_an_api("domainNames: {x.y: {apiMappings: [{api: a, stage: dve}]}}\n") ==
        "t.yaml:2:51: domainNames.x.y.apiMappings[0].stage: the API \"a\" has no stage \"dve\" (did you mean "
        "\"dev\"?)\n");
    CHECK(beside_an_api("domainNames: {x.y: {apiMappings: [{api: a}]}}\n") ==
          "t.yaml:2:35: domainNames.x.y.apiMappings[0].stage: stage is required\n");
    CHECK(beside_an_api("domainNames: {x.y: {apiMappings: [{api: a, apiId: a, stage: dev}]}}\n") ==
          "t.yaml:2:36: domainNames.x.y.apiMappings[0].api: the same as apiId, which is there, too\n");
    CHECK(
        beside_an_api("domainNames: {x.y: {apiMappings: [{api: a, stage: dev}, {api: a, stage: dev}]}}\n") ==
        "t.yaml:2:57: domainNames.x.y.apiMappings[1]: another mapping has the same apiMappingKey \"\"\n");
    CHECK(beside_an_api("domainNames: {x.y: {apiMappings: [{api: a, stage: dev, key: a/b}]}}\n") ==
          "t.yaml:2:61: domainNames.x.y.apiMappings[0].apiMappingKey: expected up to 300 letters, digits and "
          "$-_.+!*'(), not \"a/b\"\n");
    CHECK(beside_an_api("domainNames: {x.y: {domainNameConfigurations: [{}]}}\n")
              .find("domainNameConfigurations is not supported yet") != std::string::npos);
}

TEST_CASE("Listeners are checked")
{
    const auto with = [](const std::string& text) {
        return beside_an_api("gateway: {listeners: [" + text + "]}\n");
    };
    CHECK(with("{}") == "t.yaml:2:23: gateway.listeners[0].port: port is required\n");
    CHECK(with("{port: 65536}") ==
          "t.yaml:2:30: gateway.listeners[0].port: expected a whole number from 0 to 65535, not \"65536\"\n");
    CHECK(with("{port: 1, address: localhost}") ==
          "t.yaml:2:42: gateway.listeners[0].address: expected an IP address "
          "such as 127.0.0.1 or ::1, not \"localhost\"\n");
    CHECK(
        with("{port: 1, tls: yes}") ==
        "t.yaml:2:38: gateway.listeners[0].tls: expected one of none, development, optional, not \"yes\"\n");
    CHECK(with("{port: 1, tls: {certificate: a.pem}}") ==
          "t.yaml:2:38: gateway.listeners[0].tls.privateKey: privateKey is required\n");
    CHECK(with("{port: 1}, {port: 1}") ==
          "t.yaml:2:41: gateway.listeners[1].port: port 1 is already that of gateway.listeners[0]\n");
    CHECK(with("{port: 1}, {port: 1, address: 127.0.0.1}").find("already that of") != std::string::npos);
    CHECK(with("{port: 1, address: \"::1\"}, {port: 1, address: 127.0.0.1}, {port: 0}, {port: 0}").empty());
    CHECK(beside_an_api("gateway: {listeners: {port: 1}}\n") ==
          "t.yaml:2:22: gateway.listeners: expected a list, not a map\n");
}

TEST_CASE("What is beyond AWS is switched on by its exact words")
{
    CHECK(beside_an_api("gateway: { extensions: true, postInsideConnect: queue }\n").empty());
    CHECK(beside_an_api("gateway: { extensions: maybe }\n")
              .find("gateway.extensions: expected true or false") != std::string::npos);
    CHECK(beside_an_api("gateway: { postInsideConnect: que }\n").find("gone, queue") != std::string::npos);
}

TEST_CASE("Limits are checked")
{
    CHECK(in_limits("idleTimeout: 10") ==
          "t.yaml:3:25: gateway.limits.idleTimeout: expected a duration with its unit, "
          "such as 500ms, 30s, 10m or 2h, from 0 to 720h, not \"10\"\n");
    CHECK(in_limits("idleTimeout: 721h").find("from 0 to 720h, not \"721h\"") != std::string::npos);
    CHECK(in_limits("frameBytes: 1KB") ==
          "t.yaml:3:24: gateway.limits.frameBytes: expected a size such as 4096B, 32KiB "
          "or 1MiB, from 1B to 64MiB, not \"1KB\"\n");
    CHECK(in_limits("newConnectionsPerSecond: fast") ==
          "t.yaml:3:37: gateway.limits.newConnectionsPerSecond: expected "
          "a number from 0 to 1000000, not \"fast\"\n");
    CHECK(in_limits("newConnectionsPerSecond: .nan").find("expected a number") != std::string::npos);
    CHECK(in_limits("newConnectionsPerSecond: nan").find("expected a number") != std::string::npos);
    CHECK(in_limits("ordering: conection").find("(did you mean \"connection\"?)") != std::string::npos);
    CHECK(in_limits("messagesInFlight: 0").find("from 1 to 65536") != std::string::npos);
    CHECK(in_limits("groupsPerConnection: 0").find("from 1 to 1000") != std::string::npos);
    CHECK(in_limits("groupsPerConnection: 1001").find("from 1 to 1000") != std::string::npos);
    CHECK(in_limits("queuedConnects: -1").find("from 0 to 1000000") != std::string::npos);
    CHECK(in_limits("connectQueueTimeout: 5").find("expected a duration with its unit") != std::string::npos);
    CHECK(in_limits("concurrentDisconnects: 0").find("from 1 to 1000000") != std::string::npos);
    CHECK(in_limits("queuedDisconnects: 0").find("from 1 to 10000000") != std::string::npos);
    CHECK(in_limits("connectionsPerAddress: many").find("expected a whole number") != std::string::npos);
    CHECK(in_limits("connectsPerSecondPerAddress: -1").find("from 0 to 1000000") != std::string::npos);
    CHECK(in_limits("messagesPerSecondPerConnection: x").find("expected a number") != std::string::npos);
    CHECK(in_limits("memory: 90%").find("expected a size") != std::string::npos);
    CHECK(beside_an_api("gateway: {drainTime: 2h}\n").find("from 0 to 1h") != std::string::npos);
    CHECK(beside_an_api("gateway: {drainTime: -1s}\n").find("expected a duration") != std::string::npos);
    CHECK(in_limits("compression: [true]").find("expected true or false, not a list") != std::string::npos);
    CHECK(in_limits("outboxBytes: 64KiB") ==
          "t.yaml:3:25: gateway.limits.outboxBytes: outboxBytes (64KiB) is smaller than messageBytes "
          "(128KiB): the "
          "largest message could never be sent\n");
    CHECK(in_limits("messageBytes: 2MiB")
              .find("t.yaml:3:26: gateway.limits.messageBytes: outboxBytes (1MiB)") == 0);
    CHECK(beside_an_api("gateway: {limits: 5, shards: 257, log: {level: loud}}\n") ==
          "t.yaml:2:19: gateway.limits: expected a map of names and values, not \"5\"\n"
          "t.yaml:2:30: gateway.shards: expected a whole number from 0 to 256, not \"257\"\n"
          "t.yaml:2:48: gateway.log.level: expected one of debug, info, warn, error, off, not \"loud\"\n");
}

TEST_CASE("What is wrong with a secret does not show it")
{
    const auto with_keys = [](const std::string& keys) {
        return beside_an_api("gateway: {accessKeys: " + keys + "}\n");
    };
    CHECK(with_keys("[{accessKeyId: AKID, secretAccessKey: \"a pass phrase\"}]") ==
          "t.yaml:2:61: gateway.accessKeys[0].secretAccessKey: expected 8 to 256 printable characters\n");
    CHECK(with_keys("\"AKID:secret-of-it\"") == "t.yaml:2:23: gateway.accessKeys: expected a list\n");
    CHECK(with_keys("[AKID:secret-of-it]") ==
          "t.yaml:2:24: gateway.accessKeys[0]: expected a map of names and values\n");
}

TEST_CASE("All mistakes are told at once, in the order of the file")
{
    const std::string text =
        "region: mars\n"
        "gateway: {shards: many}\n"
        "apis:\n"
        "  chat:\n"
        "    routes: { a: plugin:x, b: {} }\n"
        "    stages: { dev: {}, dev: {} }\n";
    CHECK(problems_of(text) ==
          "t.yaml:1:9: region: expected an AWS region such as us-east-1, not \"mars\"\n"
          "t.yaml:2:19: gateway.shards: expected a whole number from 0 to 256, not \"many\"\n"
          "t.yaml:5:18: apis.chat.routes.a.integration: no plugin named \"x\"\n"
          "t.yaml:5:31: apis.chat.routes.b.integration: integration is required\n"
          "t.yaml:6:24: the key \"dev\" is already in line 6\n");
}

TEST_CASE("Long and strange values are shortened in messages")
{
    CHECK(beside_an_api("region: " + std::string(5000, 'x') + "\n").size() < 250);
    CHECK(beside_an_api("region: \"a\\nb\\u0001\"\n") ==
          "t.yaml:2:9: region: expected an AWS region such as us-east-1, not \"a\\nb\\u0001\"\n");
}
