// SPDX-License-Identifier: Apache-2.0
#include "config/template/cloud_assembly.hpp"

#include "catch.hpp"
#include "support.hpp"
#include "support/temporary_directory.hpp"

using namespace postern;
using namespace postern::config;
using namespace postern::config::templates;
using Catch::Matchers::Contains;

namespace {

/// A manifest with one stack, Chat, in an environment such as "aws://123456789012/eu-west-1".
std::string manifest(const std::string& environment, const std::string& properties = "")
{
    return R"({"version": "52.0.0", "artifacts": {
"Chat.assets": {"type": "cdk:asset-manifest", "properties": {"file": "Chat.assets.json"}},
"Chat": {"type": "aws:cloudformation:stack", "environment": ")" +
           environment + R"(", "properties": {"templateFile": "Chat.template.json")" + properties + "}}}}";
}

/// kChat with a function G whose variable V is the stack's id.
const std::string kWhereItIs = kChat + std::string(R"(
  G: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.12, Handler: index.handler, Code: {ZipFile: 'x = 1'},
    Environment: {Variables: {V: {Ref: "AWS::StackId"}}}}}
)");

std::string stack_id(const Loaded& loaded)
{
    if (!loaded.problems.empty()) return problems_of(loaded);
    return loaded.settings.model.functions.at("G").environment.at("V");
}

}  // namespace

TEST_CASE("Region, account and name of a stack are what CDK says")
{
    const test::TemporaryDirectory out;
    out.write("Chat.template.json", kWhereItIs);
    out.write("manifest.json", manifest("aws://123456789012/eu-west-1", R"(, "stackName": "chat-beta")"));
    const Loaded loaded = load_file(out.path("Chat.template.json"));
    CHECK(
        stack_id(loaded) ==
        "arn:aws:cloudformation:eu-west-1:123456789012:stack/chat-beta/00000000-0000-0000-0000-000000000000");
    CHECK(loaded.settings.model.region == "eu-west-1");
    CHECK(loaded.settings.model.account_id == "123456789012");
    CHECK(loaded.files == std::vector<std::string>{out.path("manifest.json")});
}

TEST_CASE("What the user says wins over what CDK says")
{
    const test::TemporaryDirectory out;
    out.write("Chat.template.json", kWhereItIs);
    out.write("manifest.json", manifest("aws://123456789012/eu-west-1"));
    LoadOptions options;
    options.overrides.values.push_back({"region", "eu-west-2", "flag --set"});
    options.template_options.parameter_overrides = {"AWS::AccountId=210987654321 AWS::StackName=mine"};
    const Loaded loaded = load_file(out.path("Chat.template.json"), options);
    CHECK(stack_id(loaded) ==
          "arn:aws:cloudformation:eu-west-2:210987654321:stack/mine/00000000-0000-0000-0000-000000000000");
    CHECK(loaded.settings.model.region == "eu-west-2");
    CHECK(loaded.settings.model.account_id == "210987654321");
}

TEST_CASE("What an app leaves open is as in any template")
{
    const test::TemporaryDirectory out;
    out.write("Chat.template.json", kWhereItIs);
    out.write("manifest.json", manifest("aws://unknown-account/unknown-region"));
    const std::string id =
        "arn:aws:cloudformation:us-east-1:000000000000:stack/Chat/00000000-0000-0000-0000-000000000000";
    CHECK(stack_id(load_file(out.path("Chat.template.json"))) == id);
    out.write("manifest.json", manifest("aws:/"));
    CHECK(stack_id(load_file(out.path("Chat.template.json"))) == id);
    for (const char* other : {R"({"name": "a web app", "icons": []})",
                              R"({"artifacts": [1]})",
                              R"({"artifacts": {"Chat": {"type": "aws:cloudformation:stack"}}})"}) {
        out.write("manifest.json", other);
        const Loaded loaded = load_file(out.path("Chat.template.json"));
        CHECK(stack_id(loaded) == id);
        CHECK(loaded.files.empty());
    }
}

TEST_CASE("A manifest that cannot be read is a note")
{
    const test::TemporaryDirectory out;
    out.write("Chat.template.json", kWhereItIs);
    out.write("manifest.json", "{");
    const Loaded loaded = load_file(out.path("Chat.template.json"));
    CHECK(problems_of(loaded).empty());
    CHECK_THAT(notes_of(loaded),
               Contains(out.path("manifest.json") + ": ignored: it cannot be read: the region"));
}

TEST_CASE("A nested template is where its parent is")
{
    const test::TemporaryDirectory out;
    out.write("ChatNested0A1B.nested.template.json", kWhereItIs);
    out.write("Chat.template.json", "{}");
    out.write("Chat.assets.json",
              R"({"files": {"0a1b": {"source": {"path": "ChatNested0A1B.nested.template.json"}}}})");
    out.write("manifest.json", manifest("aws://123456789012/eu-west-1"));
    CHECK_THAT(stack_id(load_file(out.path("ChatNested0A1B.nested.template.json"))),
               Contains(":eu-west-1:123456789012:stack/Chat/"));
}

TEST_CASE("The template of a stack that only nests others names them")
{
    const std::string head = "Resources:\n  Nested:\n    Type: AWS::CloudFormation::Stack\n";
    CHECK_THAT(problems_of(
                   load_template(head + "    Metadata: {\"aws:asset:path\": Nested.nested.template.json}\n")),
               Contains("the template has no WebSocket API: ") &&
                   Contains("; nested stacks are not read: run the one that has it, such as "
                            "Nested.nested.template.json"));
    CHECK_THAT(problems_of(load_template(head + "    Properties: {TemplateURL: chat/template.yaml}\n")),
               Contains("such as chat/template.yaml"));
    CHECK_THAT(problems_of(load_template(head)), Contains("such as Nested"));
    CHECK_THAT(problems_of(load_template("Resources: {Q: {Type: AWS::SQS::Queue}}\n")),
               !Contains("nested stacks"));
}

TEST_CASE("The directory that CDK writes is answered with a template in it")
{
    const test::TemporaryDirectory out;
    CHECK_THAT(problems_of(load_file(out.path("."))), Contains("expected a file, not a directory\n"));
    out.write("cdk.out/Two.template.json", "{}");
    out.write("cdk.out/One.template.json", "{}");
    out.write("cdk.out/tree.json", "{}");
    CHECK(problems_of(load_file(out.path("cdk.out"))) == out.path("cdk.out") +
                                                             ": expected a file, not a directory, such as " +
                                                             out.path("cdk.out/One.template.json") + '\n');
    CHECK(templates_in(out.path("nowhere")).empty());
}
