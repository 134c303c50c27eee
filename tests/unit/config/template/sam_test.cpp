// SPDX-License-Identifier: Apache-2.0
#include "config/template/sam.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace postern;
using namespace postern::config;
using namespace postern::config::templates;
using Catch::Matchers::Contains;

namespace {

std::string websocket(const std::string& properties, const std::string& more = "")
{
    return "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n   "
           " "
           "Properties: {Runtime: python3.12, Handler: index.h, InlineCode: x}\n  Chat:\n    Type: "
           "AWS::Serverless::WebSocketApi\n    Properties:\n" +
           properties + more;
}

const std::string kRoutes = R"(      RouteSelectionExpression: $request.body.action
      Routes:
        $connect: {FunctionArn: !GetAtt F.Arn}
        $default: {FunctionArn: !GetAtt F.Arn, RouteResponseSelectionExpression: $default}
        send-it: {FunctionArn: !Sub '${F.Arn}', IntegrationTimeout: 15000, OperationName: Send}
)";

const api::Api& only_api(const Loaded& loaded)
{
    REQUIRE(problems_of(loaded).empty());
    REQUIRE(loaded.settings.model.apis.size() == 1);
    return loaded.settings.model.apis.begin()->second;
}

}  // namespace

TEST_CASE("A WebSocketApi becomes an API with its routes and its stage")
{
    const Loaded loaded = load_template(websocket(kRoutes));
    const api::Api& chat = only_api(loaded);
    CHECK(chat.name == "Chat");
    CHECK(chat.routes.size() == 3);
    CHECK(chat.routes.at("$connect").integration->integration_uri == "lambda:F");
    CHECK(chat.routes.at("$default").is_two_way());
    CHECK_FALSE(chat.routes.at("send-it").is_two_way());
    CHECK(chat.routes.at("send-it").integration->timeout.count() == 15000);
    CHECK(chat.routes.at("send-it").operation_name == "Send");
    CHECK(chat.stages.size() == 1);
    CHECK(chat.stages.contains("default"));
}

TEST_CASE("A WebSocketApi has a name, a stage and a domain of its own")
{
    const Loaded loaded =
        load_template(websocket(kRoutes + "      Name: talk\n      StageName: prod\n      StageVariables: "
                                          "{a: b}\n      Domain: {DomainName: Ws.Example.com, "
                                          "CertificateArn: x, BasePath: [v1, v2]}\n"));
    const api::Api& chat = only_api(loaded);
    CHECK(chat.name == "talk");
    CHECK(chat.stages.at("prod").stage_variables.at("a") == "b");
    const api::DomainName& domain = loaded.settings.model.domain_names.at("ws.example.com");
    REQUIRE(domain.api_mappings.size() == 2);
    CHECK(domain.api_mappings[0].api_mapping_key == "v1");
    CHECK(domain.api_mappings[1].stage == "prod");
    CHECK(domain.api_mappings[1].api_id == chat.api_id);
}

TEST_CASE("What SAM makes can be referred to")
{
    const std::string outputs =
        "Outputs:\n  A: {Value: !Ref ChatConnectRoute}\n  B: {Value: !Ref ChatSenditIntegration}\n  C: "
        "{Value: !Ref "
        "Chat.Stage}\n  D: {Value: !Ref ChatDefaultStage}\n  E: {Value: !GetAtt FRole.Arn}\n  G: {Value: "
        "!Ref "
        "ChatDefaultPermission}\n  H: {Value: !Sub '${Chat.ApiEndpoint}/${Chat.Stage}'}\n";
    const Loaded loaded = load_template(websocket(kRoutes, outputs));
    const std::string id = only_api(loaded).api_id;
    CHECK_THAT(notes_of(loaded), Contains("Outputs.C: understood: default\n"));
    CHECK_THAT(notes_of(loaded), Contains("Outputs.D: understood: default\n"));
    CHECK_THAT(notes_of(loaded), Contains("Outputs.E: understood: arn:aws:iam::000000000000:role/FRole\n"));
    CHECK_THAT(
        notes_of(loaded),
        Contains("Outputs.H: understood: wss://" + id + ".execute-api.us-east-1.amazonaws.com/default\n"));
}

TEST_CASE("Mistakes in a WebSocketApi have SAM's words")
{
    const auto wrong = [](const std::string& properties) {
        return problems_of(load_template(websocket(properties)));
    };
    CHECK_THAT(wrong("      RouteSelectionExpression: $request.body.action\n"),
               Contains("WebSocket API must have at least one route."));
    CHECK_THAT(wrong(kRoutes + "      StageName: $default\n"),
               Contains("Stages cannot be named $default for WebSocket APIs."));
    CHECK_THAT(
        wrong(kRoutes + "      Auth: {AuthType: JWT}\n"),
        Contains("Resources.Chat.Properties.Auth.AuthType: AuthType is not one of AWS_IAM, CUSTOM or NONE."));
    CHECK_THAT(
        wrong("      RouteSelectionExpression: $request.body.action\n      Auth: {AuthType: AWS_IAM}\n      "
              "Routes: {a: {FunctionArn: !GetAtt F.Arn}}\n"),
        Contains("Authorization is only available if there is a $connect route."));
    CHECK_THAT(wrong(kRoutes + "      Auth: {AuthType: CUSTOM}\n"), Contains("AuthArn is required"));
    CHECK_THAT(wrong(kRoutes + "      Rotues: {}\n"),
               Contains("no such property (did you mean \"Routes\"?)"));
    CHECK_THAT(wrong("      Routes: {$default: {}}\n"),
               Contains("the route needs a FunctionArn") && Contains("RouteSelectionExpression is required"));
    CHECK_THAT(wrong("      RouteSelectionExpression: $request.body.action\n      Routes: {$default: x}\n"),
               Contains("expected a route with a FunctionArn, not \"x\""));
}

TEST_CASE("An authorizer of a WebSocketApi is handed to the native file")
{
    CHECK_THAT(problems_of(load_template(
                   websocket(kRoutes + "      Auth: {AuthType: CUSTOM, AuthArn: !GetAtt F.Arn}\n"))),
               Contains("Resources.Chat.Properties.Auth"));
}

TEST_CASE("Globals are merged into functions: maps by key, lists in front, scalars overridden")
{
    const std::string text = R"(Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Globals:
  Function:
    Runtime: python3.12
    Timeout: 20
    MemorySize: 512
    Environment: {Variables: {A: 1, B: 2}}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {Handler: index.h, InlineCode: x, Timeout: 5, Environment: {Variables: {B: 3, C: 4}}}
  G:
    Type: AWS::Serverless::Function
    IgnoreGlobals: [Timeout, Environment]
    Properties: {Handler: index.h, InlineCode: x}
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties: {RouteSelectionExpression: $request.body.a, Routes: {$default: {FunctionArn: !GetAtt F.Arn}}}
)";
    const Loaded loaded = load_template(text);
    REQUIRE(problems_of(loaded).empty());
    const api::Function& f = loaded.settings.model.functions.at("F");
    CHECK(f.runtime == "python3.12");
    CHECK(f.timeout == std::chrono::seconds(5));
    CHECK(f.memory_size == 512);
    CHECK(f.environment == api::StringMap{{"A", "1"}, {"B", "3"}, {"C", "4"}});
    CHECK(loaded.settings.model.functions.at("G").timeout == std::chrono::seconds(3));
    CHECK(loaded.settings.model.functions.at("G").environment.empty());
    CHECK_THAT(problems_of(load_template("Globals: {Functoin: {}}\n" + text)),
               Contains("the key \"Globals\" is already in line 1"));
}

TEST_CASE("AutoPublishAlias and events make names that can be referred to")
{
    const std::string text =
        std::string(kChat) +
        "  H:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: nodejs20.x\n      "
        "Handler: index.h\n"
        "      InlineCode: x\n      AutoPublishAlias: live\n      FunctionUrlConfig: {AuthType: NONE}\n      "
        "Events:\n"
        "        Get: {Type: Api, Properties: {Path: /, Method: get}}\n        Any: {Type: HttpApi}\n"
        "Outputs:\n  A: {Value: !Ref HAliaslive}\n  B: {Value: !Ref H.Alias}\n  C: {Value: !Ref "
        "ServerlessRestApi}\n"
        "  D: {Value: !Ref ServerlessHttpApi}\n  E: {Value: !GetAtt HUrl.FunctionUrl}\n  G: {Value: !Ref "
        "HGet}\n";
    const Loaded loaded = load_template(text);
    CHECK(problems_of(loaded).empty());
    CHECK_THAT(
        notes_of(loaded),
        Contains("Outputs.A: understood: arn:aws:lambda:us-east-1:000000000000:function:H:live\n") &&
            Contains("Outputs.B: understood: arn:aws:lambda:us-east-1:000000000000:function:H:live\n"));
}

TEST_CASE("YAML's merge keys are merged, and what a map has itself wins")
{
    const Loaded loaded = load_template(
        std::string(kChat) +
        "  G:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties: &common {Runtime: nodejs20.x, Handler: index.g, InlineCode: x, MemorySize: 512}\n"
        "  H:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties: {<<: *common, Handler: index.h}\n"
        "  I:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties: {Runtime: nodejs18.x, <<: [{Handler: index.i}, *common]}\n");
    CHECK(problems_of(loaded).empty());
    CHECK(notes_of(loaded).find("<<") == std::string::npos);
    const auto& functions = loaded.settings.model.functions;
    CHECK(functions.at("H").handler == "index.h");
    CHECK(functions.at("H").memory_size == 512);
    CHECK(functions.at("I").handler == "index.i");
    CHECK(functions.at("I").runtime == "nodejs18.x");
    CHECK(functions.at("I").memory_size == 512);
}
