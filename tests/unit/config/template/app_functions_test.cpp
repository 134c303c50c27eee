// SPDX-License-Identifier: Apache-2.0
#include "config/template/app_functions.hpp"

#include "catch.hpp"
#include "support.hpp"
#include "support/temporary_directory.hpp"

#include <algorithm>

using namespace postern;
using namespace postern::config;
using namespace postern::config::templates;
using Catch::Matchers::Contains;

namespace {

/// cdk.out of an app whose stack Chat has a route that calls the function G of the stack Fns.
class App {
public:
    App()
    {
        const auto stack = [](const std::string& name) {
            return '"' + name +
                   R"(": {"type": "aws:cloudformation:stack", "environment": "aws://123456789012/eu-west-1",
"properties": {"templateFile": ")" +
                   name + R"(.template.json"}})";
        };
        out.write("manifest.json", R"({"artifacts": {)" + stack("Fns") + ',' + stack("Chat") + "}}");
        out.write("Chat.template.json", kChat + std::string(R"(
  GRoute: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: {Ref: Api}, RouteKey: g, Target: !Sub "integrations/${I}"}}
  I:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: {Ref: Api}, IntegrationType: AWS_PROXY, IntegrationUri: {"Fn::ImportValue": "Fns:Arn"}}
)"));
        out.write("asset.0a1b/index.js", "");
        out.write("asset.2c3d/nodejs/x.js", "");
        out.write("Fns.assets.json", R"({"files": {
"0a1b": {"source": {"path": "asset.0a1b"}}, "2c3d": {"source": {"path": "asset.2c3d"}}}})");
    }

    /// The stack Fns with these properties of G beside its code.
    Loaded load(const std::string& properties) const
    {
        out.write("Fns.template.json",
                  R"({"Resources": {
"T": {"Type": "AWS::DynamoDB::Table"},
"L": {"Type": "AWS::Lambda::LayerVersion", "Properties": {"Content": {"S3Bucket": "b", "S3Key": "2c3d.zip"}}},
"Unused": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "nodejs20.x", "Handler": "no.handler",
  "Code": {"S3Bucket": "b", "S3Key": "0a1b.zip"}}},
"G": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "nodejs20.x", "Code": {"S3Bucket": "b", "S3Key": "0a1b.zip"}, )" +
                      properties + R"(}}},
"Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["G", "Arn"]}, "Export": {"Name": "Fns:Arn"}}}})");
        return load_file(out.path("Chat.template.json"));
    }

    const test::TemporaryDirectory out;
};

}  // namespace

TEST_CASE("A route calls a function of another stack of the app")
{
    const App app;
    const Loaded loaded = app.load(R"("Handler": "index.handler", "Layers": [{"Ref": "L"}],
"Environment": {"Variables": {"TABLE": {"Fn::GetAtt": ["T", "Arn"]}}})");
    CHECK(problems_of(loaded).empty());
    const auto& functions = loaded.settings.model.functions;
    REQUIRE(functions.contains("G"));
    CHECK(functions.at("G").code_uri == app.out.path("asset.0a1b"));
    CHECK(functions.at("G").layers == std::vector<std::string>{app.out.path("asset.2c3d")});
    CHECK(functions.at("G").environment.at("TABLE") == "arn:aws:dynamodb:eu-west-1:123456789012:table/T");
    CHECK_FALSE(functions.contains("Unused"));
    CHECK_THAT(notes_of(loaded),
               Contains(app.out.path("Fns.template.json:6:1") + ": understood: function G: nodejs20.x"));
    for (const char* file : {"Fns.template.json", "Fns.assets.json"})
        CHECK(std::count(loaded.files.begin(), loaded.files.end(), app.out.path(file)) == 1);
}

TEST_CASE("A mistake in a function of another stack is told where it is")
{
    const App app;
    CHECK_THAT(problems_of(app.load(R"("Handler": "gone.handler")")),
               Contains(app.out.path("Fns.template.json:6:")) &&
                   Contains("there is no gone.js, gone.mjs or gone.cjs in"));
    CHECK_THAT(problems_of(app.load(R"("Handler": "index.handler", "FunctionName": {"Ref": "Nobody"})")),
               Contains("there is no resource or parameter named \"Nobody\""));
}
