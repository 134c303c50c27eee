// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "config/template/translate.hpp"
#include "support.hpp"

using namespace postern::config::templates;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;

namespace {

std::string wrong(const std::string& more)
{
    return problems_of(load_template(kChat + more));
}

std::string resource(const std::string& body)
{
    return wrong("  X: " + body + '\n');
}

std::string function(const std::string& properties)
{
    return resource("{Type: AWS::Serverless::Function, Properties: {Runtime: nodejs20.x, Handler: index.h, " +
                    properties + "}}");
}

}  // namespace

TEST_CASE("A name that does not exist is told with its place and the nearest name")
{
    CHECK(value_of("!Ref Integraton") ==
          "t.yaml:26:14: Resources.G.Properties.Environment.Variables.V: there is no resource or parameter "
          "named "
          "\"Integraton\" (did you mean \"Integration\"?)\n");
    CHECK_THAT(value_of("!GetAtt Nobody.Arn"),
               Contains("there is no resource or parameter named \"Nobody\""));
    CHECK_THAT(value_of("!Sub 'a${Nobody}b${No.One}'"),
               Contains("named \"Nobody\"") && Contains("named \"No\""));
    CHECK_THAT(value_of("!GetAtt Route.Arn"),
               Contains("Route, which is a AWS::ApiGatewayV2::Route, has no attribute Arn"));
    CHECK_THAT(resource("{Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nobody}}"),
               Contains("named \"Nobody\""));
    CHECK_THAT(resource("{Type: AWS::SNS::Topic, DependsOn: Rout}"),
               Contains("DependsOn: there is no resource named \"Rout\" (did you mean \"Route\"?)"));
    CHECK_THAT(resource("{Type: AWS::SNS::Topic, Condition: IsDev}"),
               Contains("there is no condition named \"IsDev\""));
    CHECK_THAT(value_of("!Ref Off",
                        "  Off: {Type: AWS::SNS::Topic, Condition: No}\nConditions: {No: !Equals [a, b]}\n"),
               Contains("the resource Off does not exist: its condition No is false"));
}

TEST_CASE("Functions that do not exist or have wrong arguments are told")
{
    CHECK_THAT(value_of("!Subb x"), Contains("Postern has no function Fn::Subb (did you mean \"Fn::Sub\"?)"));
    CHECK_THAT(value_of("{\"Fn::Cidr\": [a]}"), Contains("Postern has no function Fn::Cidr"));
    CHECK_THAT(value_of("!Join [a]"), Contains("Fn::Join takes a delimiter and a list"));
    CHECK_THAT(value_of("!Join ['', x]"), Contains("Fn::Join takes a delimiter and a list, not \"x\""));
    CHECK_THAT(value_of("!Select [3, [a, b]]"),
               Contains("there is no item \"3\" in a list of 2; the first is 0"));
    CHECK_THAT(value_of("!Select [x, [a, b]]"), Contains("there is no item \"x\""));
    CHECK_THAT(value_of("!Split [a]"), Contains("Fn::Split takes"));
    CHECK_THAT(value_of("!Ref [a]"), Contains("Ref takes a name, not a list"));
    CHECK_THAT(value_of("!GetAtt F"), Contains("Fn::GetAtt takes RESOURCE.ATTRIBUTE, not \"F\""));
    CHECK_THAT(value_of("!Sub [a]"), Contains("Fn::Sub takes a text"));
    CHECK_THAT(value_of("!If [IsDev, a]"), Contains("Fn::If takes a condition's name and two values"));
    CHECK_THAT(value_of("!Equals [a, b]"), Contains("Fn::Equals stands in Conditions and in Fn::If only"));
    CHECK_THAT(value_of("{Ref: F, X: 1}"), Contains("Ref must be the only entry of its map"));
    CHECK_THAT(value_of("!Base64 [a]"), Contains("Fn::Base64 takes a text, not a list"));
    CHECK_THAT(value_of("!Length x"), Contains("Fn::Length takes a list"));
    CHECK_THAT(wrong("Conditions: {A: !Not [a, b], B: x, C: !And [x]}\n  ") +
                   value_of("!If [A, x, y]", "Conditions: {A: !Sub x}\n"),
               Contains("expected Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition, not Fn::Sub"));
}

TEST_CASE("Rings are named")
{
    CHECK_THAT(value_of("!If [A, x, y]", "Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\n"),
               Contains("the condition depends on itself: A -> B -> A"));
    CHECK_THAT(
        wrong("  X: {Type: AWS::SNS::Topic, DependsOn: Y}\n  Y: {Type: AWS::SNS::Topic, DependsOn: X}\n"),
        Equals("t.yaml:18:3: Resources.X: the resources need each other: X -> Y -> X (CloudFormation refuses "
               "such a template)\n"));
    CHECK_THAT(wrong("  X: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Y}}\n"
                     "  Y: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref X}}\n"),
               Contains("the name is made of itself: X -> Y -> X"));
    CHECK_THAT(resource("{Type: AWS::SNS::Topic, Properties: {TopicName: !Ref X}}"), Contains("X -> X"));
}

TEST_CASE("What is missing in the parts of an API is told")
{
    CHECK_THAT(resource("{Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: r}}"),
               Contains("t.yaml:18:3: Resources.X: the route has no integration: it needs Target: !Join"));
    CHECK_THAT(resource("{Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: r, Target: "
                        "integrations/abc}}"),
               Contains("\"integrations/abc\" is no integration of this template"));
    CHECK_THAT(
        resource("{Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: $default, Target: "
                 "!Sub 'integrations/${Integration}'}}"),
        Contains("the API has another route with the key \"$default\""));
    CHECK_THAT(resource("{Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: abc, RouteKey: r}}"),
               Contains("\"abc\" is no API of this template"));
    CHECK_THAT(resource("{Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: dev, "
                        "AutoDeploy: true}}"),
               Contains("the API has another stage named dev"));
    CHECK_THAT(resource("{Type: AWS::ApiGatewayV2::Stage, Properties: {StageName: x}}"),
               Contains("ApiId is required"));
    CHECK_THAT(resource("{Type: AWS::ApiGatewayV2::Api, Properties: {Name: x, ProtocolType: WEBSOCKET}}"),
               Contains("no stage serves the API"));
    CHECK_THAT(resource("{Type: AWS::ApiGatewayV2::Api, Properties: {Name: x}}"),
               Contains("ProtocolType is required: WEBSOCKET"));
    CHECK_THAT(resource("{Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageNam: x}}"),
               Contains("no such property (did you mean \"StageName\"?)"));
}

TEST_CASE("The native file's rules hold for templates, with the template's places and names")
{
    CHECK(function("InlineCode: x, Timeout: 901") ==
          "t.yaml:18:116: Resources.X.Properties.Timeout: expected a whole number from 1 to 900, not "
          "\"901\"\n");
    CHECK_THAT(
        resource(
            "{Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: MOCK}}\n"
            "  Y: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: r, Target: !Sub "
            "'integrations/${X}'}}"),
        Contains("Resources.X.Properties.IntegrationType: integrationType MOCK is not supported yet"));
    CHECK_THAT(
        resource(
            "{Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: HTTP, "
            "IntegrationUri: 'http://x/'}}\n  Y: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref "
            "Api, RouteKey: r, Target: !Sub 'integrations/${X}'}}"),
        Contains("t.yaml:18:92: Resources.X.Properties.IntegrationType") &&
            Contains("only AWS_PROXY and PLUGIN integrations are supported yet"));
    CHECK_THAT(
        resource("{Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: "
                 "AWS_PROXY, IntegrationUri: 'arn:aws:lambda:us-east-1:1:function:Other'}}\n  Y: {Type: "
                 "AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: r, Target: !Sub "
                 "'integrations/${X}'}}"),
        Contains("no function named \"Other\""));
    CHECK_THAT(
        resource(
            "{Type: AWS::ApiGatewayV2::Authorizer, Properties: {ApiId: !Ref Api, Name: a, AuthorizerType: "
            "REQUEST, AuthorizerUri: !GetAtt F.Arn, IdentitySource: [route.request.querystring.t]}}"),
        Contains("t.yaml:18:3: Resources.X: authorizers is not supported yet"));
}

TEST_CASE("A mistake in what two routes share is told once")
{
    CHECK(
        wrong("  Shared:\n"
              "    Type: AWS::ApiGatewayV2::Integration\n"
              "    Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, TimeoutInMillis: 30000,\n"
              "                 IntegrationUri: !GetAtt F.Arn}\n"
              "  One:\n"
              "    Type: AWS::ApiGatewayV2::Route\n"
              "    Properties: {ApiId: !Ref Api, RouteKey: one, Target: !Sub 'integrations/${Shared}'}\n"
              "  Two:\n"
              "    Type: AWS::ApiGatewayV2::Route\n"
              "    Properties: {ApiId: !Ref Api, RouteKey: two, Target: !Sub 'integrations/${Shared}'}\n") ==
        "t.yaml:20:80: Resources.Shared.Properties.TimeoutInMillis: Timeout should be between 50 ms and "
        "29000 "
        "ms\n");
}

TEST_CASE("Sections and resources of the wrong shape are told, all at once")
{
    CHECK_THAT(wrong("Resorces: {}\n"),
               Contains("a template has no such section (did you mean \"Resources\"?)"));
    CHECK_THAT(resource("{Properties: {}}"), Contains("the resource needs a Type"));
    CHECK_THAT(resource("[a]"), Contains("expected a resource with a Type, not a list"));
    CHECK_THAT(resource("{Type: AWS::SNS::Topic, Propertis: {}}"),
               Contains("a resource has no such attribute (did you mean \"Properties\"?)"));
    CHECK_THAT(resource("{Type: AWS::SNS::Topic, Properties: [a]}"),
               Contains("expected a map of names and values"));
    CHECK_THAT(wrong("Parameters: [a]\n"), Contains("expected a map of names and values, not a list"));
    CHECK_THAT(wrong("  a-b: {Type: AWS::SNS::Topic}\n"),
               Contains("a logical id has letters and digits only"));
    CHECK_THAT(problems_of(load_template("Resources: {}\n")),
               Contains("a template needs at least one resource"));
    CHECK_THAT(problems_of(load_template("Resources: {T: {Type: AWS::SNS::Topic}}\n")),
               Contains("the template has no WebSocket API"));
    CHECK_THAT(problems_of(load_template("Resources: {T: {Type: AWS::Serverless::Function}}\n")),
               Contains("needs \"Transform: AWS::Serverless-2016-10-31\" at the top"));
    CHECK(resource("{Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nobody}}") ==
          "t.yaml:18:54: Resources.X.Properties.TopicName: there is no resource or parameter named "
          "\"Nobody\"\n");
    const std::string both = resource("{Type: AWS::SNS::Topic, DependsOn: A, Properties: {T: !Ref B}}");
    CHECK_THAT(both, Contains("\"A\"") && Contains("\"B\""));
}

TEST_CASE("A template that makes too much, or leads on and on, ends with a message")
{
    std::string names;
    for (int i = 0; i < 40; ++i) {
        const std::string next = "T" + std::to_string(i + 1);
        names += "  T" + std::to_string(i) + ": {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub '${" +
                 next + ".TopicName}${" + next + ".TopicName}'}}\n";
    }
    names += "  T40: {Type: AWS::SNS::Topic}\n";
    CHECK_THAT(wrong(names), Contains("the template's functions make more than 128 MiB of values"));

    std::string chain;
    for (int i = 0; i < 300; ++i)
        chain += "  C" + std::to_string(i) + ": {Type: AWS::SNS::Topic, Properties: {TopicName: !GetAtt C" +
                 std::to_string(i + 1) + ".TopicName}}\n";
    CHECK_THAT(
        wrong(chain +
              "  C300: {Type: AWS::SNS::Topic}\n  U:\n    Type: AWS::Lambda::Function\n    Properties: "
              "{FunctionName: !GetAtt C0.TopicName}\n"),
        Contains("more than 100 times"));

    std::string conditions = "Conditions:\n  C300: !Equals [a, a]\n";
    for (int i = 0; i < 300; ++i)
        conditions += "  C" + std::to_string(i) + ": !Not [!Condition C" + std::to_string(i + 1) + "]\n";
    CHECK_THAT(wrong("  U: {Type: AWS::SNS::Topic, Condition: C0}\n" + conditions),
               Contains("more than 100 times"));

    std::string list = "Globals: {Function: {Layers: [a";
    for (int i = 0; i < 2000; ++i) list += ",a";
    std::string many = "Transform: AWS::Serverless-2016-10-31\n" + list + "]}}\nResources:\n";
    for (int i = 0; i < 60; ++i) many += "  F" + std::to_string(i) + ": {Type: AWS::Serverless::Function}\n";
    CHECK_THAT(problems_of(load_template(many)), Contains("Globals make more than 100000 values"));

    CHECK_THAT(problems_of(load_template("Resources: &a [*a]\n")), Contains("an alias inside the value"));
}
