// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "config/template/apis.hpp"
#include "support.hpp"

using namespace postern;
using namespace postern::config;
using namespace postern::config::templates;
using Catch::Matchers::Contains;

namespace {

Loaded good(const std::string& more)
{
    Loaded loaded = load_template(kChat + more);
    REQUIRE(problems_of(loaded).empty());
    return loaded;
}

}  // namespace

TEST_CASE("Routes, integrations, responses and stages come together by their ids")
{
    const Loaded loaded = good(R"(  Two:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: two
      AuthorizationType: NONE
      ApiKeyRequired: "false"
      RouteResponseSelectionExpression: $default
      Target: {"Fn::Join": ["", ["integrations/", {Ref: TwoIntegration}]]}
  TwoIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationMethod: POST
      ContentHandlingStrategy: CONVERT_TO_TEXT
      PassthroughBehavior: WHEN_NO_MATCH
      TimeoutInMillis: "4000"
      CredentialsArn: arn:aws:iam::1:role/x
      IntegrationUri: {"Fn::Join": ["", ["arn:", {Ref: "AWS::Partition"}, ":apigateway:", {Ref: "AWS::Region"},
        ":lambda:path/2015-03-31/functions/", {"Fn::GetAtt": [F, Arn]}, "/invocations"]]}
  TwoResponse:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Api, RouteId: !Ref Two, RouteResponseKey: $default}
  Deployment: {Type: AWS::ApiGatewayV2::Deployment, DependsOn: [Two], Properties: {ApiId: !Ref Api}}
  Prod:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: prod
      DeploymentId: !Ref Deployment
      StageVariables: {x: "1"}
      AccessLogSettings: {DestinationArn: !GetAtt Logs.Arn, Format: $context.requestId}
      DefaultRouteSettings: {LoggingLevel: INFO, DataTraceEnabled: true}
      RouteSettings: {two: {LoggingLevel: "OFF"}}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /chat/access}}
)");
    const api::Api& chat = loaded.settings.model.apis.begin()->second;
    const api::Route& two = chat.routes.at("two");
    CHECK(two.integration->integration_uri == "lambda:F");
    CHECK(two.integration->timeout.count() == 4000);
    CHECK(two.is_two_way());
    REQUIRE(two.route_response);
    const api::Stage& prod = chat.stages.at("prod");
    CHECK(prod.stage_variables.at("x") == "1");
    CHECK(prod.access_log_settings->destination_arn ==
          "arn:aws:logs:us-east-1:000000000000:log-group:/chat/access:*");
    CHECK(prod.default_route_settings.data_trace_enabled == true);
    CHECK_THAT(
        notes_of(loaded),
        Contains("Resources.TwoIntegration.Properties.PassthroughBehavior: ignored: AWS does not use it for "
                 "AWS_PROXY, either"));
}

TEST_CASE("A property that is a boolean takes YAML 1.1's words for it")
{
    const auto with = [](const std::string& word) {
        return load_template(kChat +
                             std::string("  Other:\n    Type: AWS::ApiGatewayV2::Stage\n    Properties: "
                                         "{ApiId: !Ref Api, StageName: other, AutoDeploy: true, "
                                         "DefaultRouteSettings: {DataTraceEnabled: ") +
                             word + "}}\n");
    };
    const Loaded loaded = with("On");
    REQUIRE(problems_of(loaded).empty());
    const api::Api& chat = loaded.settings.model.apis.begin()->second;
    CHECK(chat.stages.at("other").default_route_settings.data_trace_enabled == true);
    CHECK_THAT(problems_of(with("'On'")), Contains("expected true or false, not \"On\""));
}

TEST_CASE("JSON templates are read as YAML ones are")
{
    const Loaded loaded = load_text(R"({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {
"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "j", "ProtocolType": "WEBSOCKET",
 "RouteSelectionExpression": "$request.body.action", "DisableExecuteApiEndpoint": "false"}},
"R": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": {"Ref": "Api"}, "RouteKey": "$default",
 "Target": {"Fn::Sub": "integrations/${I}"}}},
"I": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {"ApiId": {"Ref": "Api"}, "IntegrationType": "AWS_PROXY",
 "IntegrationUri": {"Fn::GetAtt": ["F", "Arn"]}}},
"S": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "dev", "AutoDeploy": true}},
"F": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "nodejs20.x", "Handler": "index.h", "Timeout": "7",
 "FunctionName": "named", "Role": "x", "Code": {"ZipFile": "exports.h = 1"}}}}})",
                                    "t.json");
    CHECK(problems_of(loaded).empty());
    CHECK(loaded.settings.model.functions.at("named").timeout == std::chrono::seconds(7));
}

TEST_CASE("A stage without a deployment is left out")
{
    const Loaded loaded = good(
        "  Old: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: old}}\n"
        "  New: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: new}}\n"
        "  D: {Type: AWS::ApiGatewayV2::Deployment, Properties: {ApiId: !Ref Api, StageName: !Ref New}}\n");
    const auto& stages = loaded.settings.model.apis.begin()->second.stages;
    CHECK_FALSE(stages.contains("old"));
    CHECK(stages.contains("new"));
    CHECK_THAT(notes_of(loaded), Contains("AWS refuses its connections with 403, and so does Postern"));
}

TEST_CASE("A stage's throttling is a note")
{
    const Loaded loaded = good(
        "  Two: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: two, AutoDeploy: "
        "true, "
        "DefaultRouteSettings: {ThrottlingBurstLimit: 5, LoggingLevel: INFO}, "
        "RouteSettings: {$default: {ThrottlingRateLimit: '1.5', LoggingLevel: ERROR}}}}\n");
    const api::Stage& stage = loaded.settings.model.apis.begin()->second.stages.at("two");
    CHECK(stage.default_route_settings.logging_level == api::LoggingLevel::Info);
    CHECK(stage.route_settings.at("$default").logging_level == api::LoggingLevel::Error);
    CHECK_THAT(
        notes_of(loaded),
        Contains("DefaultRouteSettings.ThrottlingBurstLimit: ignored: Postern does not throttle") &&
            Contains("RouteSettings.$default.ThrottlingRateLimit: ignored: Postern does not throttle"));
}

TEST_CASE("What versions and aliases say is known")
{
    const std::string notes = notes_of(good(
        "  V: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref F, ProvisionedConcurrencyConfig: "
        "{ProvisionedConcurrentExecutions: 1}}}\n"
        "  A: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref F, FunctionVersion: !GetAtt "
        "V.Version, Name: "
        "live}}\n"));
    CHECK_THAT(
        notes,
        Contains("ProvisionedConcurrencyConfig: ignored: instances are started when they are needed") &&
            Contains("FunctionVersion: ignored: every version is the code as it is now"));
    CHECK_THAT(notes, !Contains("does not know"));
}

TEST_CASE("A domain name has the mappings that name it")
{
    const Loaded loaded = good(
        "  Name: {Type: AWS::ApiGatewayV2::DomainName, Properties: {DomainName: ws.example.com, "
        "DomainNameConfigurations: [{CertificateArn: x}]}}\n"
        "  M: {Type: AWS::ApiGatewayV2::ApiMapping, Properties: {ApiId: !Ref Api, DomainName: !Ref Name, "
        "Stage: !Ref "
        "Stage}}\n"
        "  N: {Type: AWS::ApiGatewayV2::ApiMapping, Properties: {ApiId: !Ref Api, DomainName: "
        "other.example.com, "
        "Stage: dev, ApiMappingKey: chat}}\n");
    const auto& domains = loaded.settings.model.domain_names;
    CHECK(domains.at("ws.example.com").api_mappings.at(0).stage == "dev");
    CHECK(domains.at("other.example.com").api_mappings.at(0).api_mapping_key == "chat");
    CHECK_THAT(notes_of(loaded), Contains("DomainNameConfigurations: ignored"));
}

TEST_CASE("HTTP APIs and everything else that does not run is ignored with a note")
{
    const Loaded loaded = good(
        "  Web: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: w, ProtocolType: HTTP}}\n"
        "  Permission: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F}}\n");
    CHECK(loaded.settings.model.apis.size() == 1);
    CHECK_THAT(
        notes_of(loaded),
        Contains("Resources.Web: ignored: an HTTP API") &&
            Contains(
                "Resources.Permission: ignored: AWS::Lambda::Permission does not run here; its Ref gives "
                "\"Permission\""));
}

TEST_CASE("Macros are ignored with a note")
{
    CHECK_THAT(notes_of(good("  Fn::Transform: {Name: AWS::Include, Parameters: {Location: 's3://b/k'}}\n")),
               Contains("Resources: ignored: Postern has no macro \"AWS::Include\""));
    const std::string plain = kChat;
    const std::string rest = plain.substr(plain.find('\n'));
    const Loaded loaded = load_template(
        "Transform: [{Name: Mine, Parameters: {}}, {Name: AWS::Serverless-2016-10-31}, Yours]" + rest);
    CHECK(problems_of(loaded).empty());
    CHECK_THAT(notes_of(loaded), Contains("no macro \"Mine\"") && Contains("no macro \"Yours\""));
    CHECK(problems_of(load_template("Transform:" + rest)).find("needs \"Transform:") != std::string::npos);
    CHECK_THAT(notes_of(load_template("Transform: {Name: Mine}" + rest)), Contains("no macro \"Mine\""));
}

TEST_CASE("Settings from outside hold for templates, too")
{
    LoadOptions options;
    options.overrides.values.push_back({"functions.F.timeout", "9", "flag --set functions.F.timeout"});
    options.overrides.values.push_back({"gateway.limits.idleTimeout", "5m", "flag --set x"});
    const Loaded loaded = load_text(kChat, "t.yaml", options);
    REQUIRE(problems_of(loaded).empty());
    CHECK(loaded.settings.model.functions.at("F").timeout == std::chrono::seconds(9));
    CHECK(loaded.settings.limits.idle_timeout == std::chrono::minutes(5));
}

TEST_CASE("A URI with a stage variable needs the function that each stage names")
{
    const std::string text = R"(  Live:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: live, AutoDeploy: true, StageVariables: {fn: !Ref Image}}
  Image: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: x}}
  V: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: v, Target: !Sub "integrations/${VI}"}}
  VI:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub "arn:aws:lambda:us-east-1:1:function:${!stageVariables.fn}"
)";
    CHECK_THAT(problems_of(load_template(kChat + text)),
               Contains("Resources.Image.Properties.ImageUri: it is a container image"));
}

TEST_CASE("A stage variable that a stage does not set is named")
{
    const std::string text =
        R"(  V: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: v, Target: !Sub "integrations/${VI}"}}
  VI:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:${!stageVariables.fn}/invocations"
)";
    CHECK_THAT(
        problems_of(load_template(kChat + text)),
        Contains("Resources.VI.Properties.IntegrationUri: the stage \"dev\" has no stage variable \"fn\""));
}

TEST_CASE("Values for parameters are for templates only")
{
    LoadOptions options;
    options.template_options.parameter_overrides = {"A=1"};
    CHECK(problems_of(load_text("apis: {a: {routes: {$default: plugin:echo}}}\n", "n.yaml", options)) ==
          "flag --parameter-overrides: only templates have parameters\n");
}

TEST_CASE("Flags of a serverless.yml are refused by the name that they have, with what to say instead")
{
    LoadOptions options;
    options.serverless.opt = {{"region", "eu-west-1"}, {"stage", "prod"}, {"tenant", "acme"}};
    CHECK(problems_of(load_text("apis: {a: {routes: {$default: plugin:echo}}}\n", "n.yaml", options)) ==
          "flag --region: only a serverless.yml has it; for this file: --set region=eu-west-1\n"
          "flag --stage: only a serverless.yml has it; this file names its stages, in templates often by a "
          "parameter: --parameter-overrides NAME=prod\n"
          "flag --opt tenant: only a serverless.yml has options\n");
}

TEST_CASE("The native file has no notes and still refuses tags")
{
    const Loaded loaded = load_text("apis: {a: {name: !Ref x, routes: {$default: plugin:echo}}}\n", "n.yaml");
    CHECK(loaded.notes.empty());
    CHECK(problems_of(loaded) == "n.yaml:1:18: the tag !Ref means nothing here\n");
}
