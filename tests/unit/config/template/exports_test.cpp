// SPDX-License-Identifier: Apache-2.0
#include "config/template/exports.hpp"

#include "catch.hpp"
#include "support.hpp"
#include "support/temporary_directory.hpp"

using namespace postern;
using namespace postern::config;
using namespace postern::config::templates;
using Catch::Matchers::Contains;

namespace {

/// cdk.out of an app with the stacks Chat, Data and More; each is where its environment says.
class App {
public:
    App()
    {
        out.write("manifest.json",
                  R"({"artifacts": {)" + stack("Chat", "aws://unknown-account/unknown-region") + ',' +
                      stack("Data", "aws://unknown-account/unknown-region") + ',' +
                      stack("More", "aws://123456789012/eu-west-1") + "}}");
    }

    /// Chat with a function G whose variable V is the export.
    Loaded load(const std::string& name, const std::vector<std::string>& parameters = {}) const
    {
        out.write(
            "Chat.template.json",
            kChat +
                std::string("  G: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.12, Handler: "
                            "index.handler, Code: {ZipFile: 'x = 1'}, Environment: {Variables: {V: "
                            "{\"Fn::ImportValue\": '") +
                name + "'}}}}}\n");
        LoadOptions options;
        options.template_options.parameter_overrides = parameters;
        return load_file(out.path("Chat.template.json"), options);
    }

    std::string value(const std::string& name, const std::vector<std::string>& parameters = {}) const
    {
        const Loaded loaded = load(name, parameters);
        if (!loaded.problems.empty()) return problems_of(loaded);
        return loaded.settings.model.functions.at("G").environment.at("V");
    }

    static std::string stack(const std::string& name, const std::string& environment)
    {
        return '"' + name + R"(": {"type": "aws:cloudformation:stack", "environment": ")" + environment +
               R"(", "properties": {"templateFile": ")" + name + R"(.template.json"}})";
    }

    const test::TemporaryDirectory out;
};

constexpr const char* kTable = R"({"Resources": {"Table": {"Type": "AWS::DynamoDB::Table"}}, "Outputs": {
"Name": {"Value": {"Ref": "Table"}, "Export": {"Name": "Data:Name"}},
"Arn": {"Value": {"Fn::GetAtt": ["Table", "Arn"]}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}:Arn"}}},
"Plain": {"Value": "not exported"}, "Odd": 1, "Empty": {"Export": {"Name": "Data:Empty"}},
"Bad": {"Value": {"Ref": "Nobody"}, "Export": {"Name": "Data:Bad"}}}})";

}  // namespace

TEST_CASE("Fn::ImportValue finds what another stack of the app exports")
{
    const App app;
    app.out.write("Data.template.json", kTable);
    CHECK(app.value("Data:Name") == "Table");
    CHECK(app.value("Data:Arn") == "arn:aws:dynamodb:us-east-1:000000000000:table/Table");
    CHECK(app.load("Data:Name").files ==
          std::vector<std::string>{app.out.path("manifest.json"), app.out.path("Data.template.json")});
    CHECK(app.value("Data:Name", {"import:Data:Name=given"}) == "given");
    CHECK(app.value("Data:Arn", {"AWS::Region=eu-west-2"}) ==
          "arn:aws:dynamodb:eu-west-2:000000000000:table/Table");
}

TEST_CASE("A stack that says where it is exports what is there")
{
    const App app;
    app.out.write("More.template.json", kTable);
    CHECK(app.value("More:Arn") == "arn:aws:dynamodb:eu-west-1:123456789012:table/Table");
}

TEST_CASE("An export may be made of another stack's, and a ring of them ends")
{
    const App app;
    const std::string passed_on = R"({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}, "Outputs": {"O": {
"Value": {"Fn::ImportValue": "Data:Name"}, "Export": {"Name": "More:Name"}}}})";
    app.out.write("Data.template.json", kTable);
    app.out.write("More.template.json", passed_on);
    CHECK(app.value("More:Name") == "Table");
    app.out.write("Data.template.json",
                  R"({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}, "Outputs": {"O": {
"Value": {"Fn::ImportValue": "More:Name"}, "Export": {"Name": "Data:Name"}}}})");
    CHECK_THAT(app.value("More:Name"), Contains("say --parameter-overrides \"import:More:Name=VALUE\""));
}

TEST_CASE("Stacks that import from each other are followed so far")
{
    const auto value_through = [](int count) {
        const App app;
        std::string stacks = App::stack("Chat", "aws:/");
        for (int i = 0; i < count; ++i) {
            const std::string name = "S" + std::to_string(i);
            const std::string next = R"({"Fn::ImportValue": "S)" + std::to_string(i + 1) + R"("})";
            const std::string value = i + 1 < count ? next : R"("end")";
            stacks += ',' + App::stack(name, "aws:/");
            app.out.write(name + ".template.json",
                          R"({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}, "Outputs": {"O": {"Value": )" +
                              value + R"(, "Export": {"Name": ")" + name + R"("}}}})");
        }
        app.out.write("manifest.json", R"({"artifacts": {)" + stacks + "}}");
        return app.value("S0");
    };
    CHECK(value_through(20) == "end");
    CHECK_THAT(value_through(21), Contains("is not known here"));
}

TEST_CASE("What no stack exports is asked of the user")
{
    const App app;
    const std::string question = "is not known here: say --parameter-overrides";
    CHECK_THAT(app.value("Data:Name"), Contains(question));
    app.out.write("Data.template.json", kTable);
    app.out.write("More.template.json", "{");
    CHECK_THAT(app.value("Data:Nobody"), Contains(question));
    CHECK_THAT(app.value("Data:Empty"), Contains(question));
    CHECK_THAT(app.value("Data:Bad"), Contains(question) && !Contains("Nobody"));
}
