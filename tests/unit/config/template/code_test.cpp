// SPDX-License-Identifier: Apache-2.0
#include "config/template/code.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace postern;
using namespace postern::config;
using namespace postern::config::templates;
using Catch::Matchers::Contains;

namespace {

/// A directory of its own that is gone at the end.
class Directory {
public:
    Directory()
    {
        std::string name = (std::filesystem::temp_directory_path() / "postern-template-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() { std::filesystem::remove_all(path_); }

    std::string write(const std::string& file, const std::string& text) const
    {
        std::filesystem::create_directories((path_ / file).parent_path());
        std::ofstream(path_ / file) << text;
        return (path_ / file).string();
    }
    std::string at(const std::string& file) const { return (path_ / file).string(); }

private:
    std::filesystem::path path_;
};

/// kChat with a second function, G, that another route calls.
std::string with_function(const std::string& properties, const std::string& attributes = "")
{
    return kChat + std::string("  G:\n    Type: AWS::Serverless::Function\n") + attributes +
           "    Properties: {" + properties +
           "}\n  GRoute: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: g, Target: "
           "!Sub "
           "'integrations/${GIntegration}'}}\n  GIntegration: {Type: AWS::ApiGatewayV2::Integration, "
           "Properties: {ApiId: "
           "!Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt G.Arn}}\n";
}

std::string without_route(const std::string& properties)
{
    return kChat + std::string("  G: {Type: AWS::Serverless::Function, Properties: {") + properties + "}}\n";
}

}  // namespace

TEST_CASE("CodeUri is a directory beside the template")
{
    const Directory home;
    home.write("src/app.js", "");
    home.write("py/pkg/app.py", "");
    const auto load = [&](const std::string& properties) {
        return load_file(home.write("template.yaml", with_function(properties)));
    };
    const Loaded loaded = load("Runtime: nodejs20.x, Handler: app.handler, CodeUri: src");
    CHECK(problems_of(loaded).empty());
    CHECK(loaded.settings.model.functions.at("G").code_uri == home.at("src"));
    CHECK(problems_of(load("Runtime: nodejs20.x, Handler: app.handler, CodeUri: " + home.at("src"))).empty());
    CHECK(problems_of(load("Runtime: nodejs20.x, Handler: src/app.handler, CodeUri: .")).empty());
    CHECK(problems_of(load("Runtime: python3.12, Handler: pkg.app.handler, CodeUri: 'file://py'")).empty());
    CHECK(problems_of(load("Runtime: python3.12, Handler: pkg/app.handler, CodeUri: ./py/")).empty());
}

TEST_CASE("A handler of Node.js may be a directory that is a module, or a file without an extension")
{
    const Directory home;
    home.write("src/connect/index.js", "");
    home.write("src/package/package.json", "{}");
    home.write("src/bare", "");
    home.write("src/empty/other.js", "");
    const auto wrong = [&](const std::string& handler) {
        const std::string properties = "Runtime: nodejs20.x, CodeUri: src, Handler: " + handler;
        return problems_of(load_file(home.write("template.yaml", with_function(properties))));
    };
    for (const char* handler : {"connect.handler", "package.handler", "bare.handler"}) {
        CHECK(wrong(handler).empty());
    }
    CHECK_THAT(wrong("empty.handler"), Contains("there is no empty.js, empty.mjs or empty.cjs in"));
}

TEST_CASE("Missing code and wrong handlers are told with the line and the directory")
{
    const Directory home;
    home.write("src/app.ts", "");
    home.write("src/one.js", "");
    const auto wrong = [&](const std::string& properties) {
        return problems_of(load_file(home.write("template.yaml", with_function(properties))));
    };
    CHECK(wrong("Runtime: nodejs20.x, Handler: app.handler, CodeUri: nowhere") ==
          home.at("template.yaml") + ":20:70: Resources.G.Properties.CodeUri: there is no directory " +
              home.at("nowhere") + '\n');
    CHECK_THAT(wrong("Runtime: nodejs20.x, Handler: one.handler, CodeUri: src/one.js"),
               Contains("it is a file, where the directory of the code is needed"));
    CHECK_THAT(
        wrong("Runtime: nodejs20.x, Handler: tow.handler, CodeUri: src"),
        Contains(
            "Resources.G.Properties.Handler: the handler's file is missing: there is no tow.js, tow.mjs or "
            "tow.cjs in " +
            home.at("src")));
    CHECK_THAT(wrong("Runtime: python3.12, Handler: one.handler, CodeUri: src"),
               Contains("there is no one.py or one/__init__.py in"));
    CHECK_THAT(wrong("Runtime: nodejs20.x, Handler: app.handler, CodeUri: src"),
               Contains("Node.js does not run app.ts as it is: after \"sam build\""));
    CHECK_THAT(wrong("Runtime: nodejs20.x, Handler: handler, CodeUri: src"),
               Contains("expected a handler FILE.FUNCTION, not \"handler\""));
    CHECK_THAT(wrong("Runtime: nodejs20.x, Handler: app.handler, InlineCode: x"),
               Contains("the handler is index.FUNCTION"));
    CHECK_THAT(wrong("Runtime: nodejs20.x, Handler: app.handler"),
               Contains("it says nowhere where its code is"));
    CHECK_THAT(wrong("Handler: one.handler, CodeUri: src"), Contains("runtime is required"));
}

TEST_CASE("Code that cannot run here is a mistake where a route needs it, and a note elsewhere")
{
    const Directory home;
    home.write("code.zip", "");
    home.write("src/app.js", "");
    home.write("src/typed.ts", "");
    const std::string node = "Runtime: nodejs20.x, Handler: app.handler, ";
    const struct {
        std::string properties;
        std::string why;
    } cases[] = {
        {node + "CodeUri: s3://bucket/key", "the code is in S3"},
        {node + "CodeUri: {Bucket: b, Key: k}", "the code is in S3"},
        {node + "CodeUri: code.zip", "code.zip is an archive: unpack it"},
        {"PackageType: Image, ImageUri: x", "--set functions.G.endpoint=http://HOST:PORT"},
        {"Runtime: java21, Handler: a.B, CodeUri: src", "the runtime java21 does not run here"},
        {"Runtime: python2.7, Handler: app.handler, CodeUri: src", "the runtime python2.7 does not run here"},
        {node + "CodeUri: nowhere", "there is no directory " + home.at("nowhere")},
        {"Runtime: nodejs20.x, Handler: typed.handler, CodeUri: src", "Node.js does not run typed.ts"},
        {"Runtime: python3.12, Handler: app.handler, CodeUri: src", "the handler's file is missing"},
        {"Runtime: provided.al2023, Handler: hello, CodeUri: src", "there is no bootstrap in"},
        {"Runtime: go1.x, Handler: bin/hello, CodeUri: src", "there is no bin/hello or bootstrap in"},
    };
    for (const auto& one : cases) {
        INFO(one.properties);
        const Loaded needed = load_file(home.write("template.yaml", with_function(one.properties)));
        CHECK_THAT(problems_of(needed), Contains(one.why));
        CHECK(needed.problems.size() == 1);
        const Loaded loaded = load_file(home.write("template.yaml", without_route(one.properties)));
        CHECK(problems_of(loaded).empty());
        CHECK_FALSE(loaded.settings.model.functions.contains("G"));
        CHECK_THAT(notes_of(loaded),
                   Contains("no route needs the function, and it cannot run here: ") && Contains(one.why));
    }
}

TEST_CASE("What the Serverless Framework has packaged runs from the directory of the service")
{
    const Directory home;
    home.write("src/app.js", "");
    std::string text = with_function(
        "Runtime: nodejs20.x, Handler: src/app.handler, Code: {S3Bucket: !Ref AWS::StackName, S3Key: "
        "serverless/s/dev/1-2/s.zip}");
    const std::string sam = "AWS::Serverless::Function";
    text.replace(text.rfind(sam), sam.size(), "AWS::Lambda::Function");
    const Loaded loaded =
        load_file(home.write(".serverless/cloudformation-template-update-stack.json", text));
    CHECK(problems_of(loaded).empty());
    CHECK(loaded.settings.model.functions.at("G").code_uri == home.at(""));
    CHECK_THAT(problems_of(load_file(home.write("template.yaml", text))), Contains("the code is in S3"));
}

TEST_CASE("A compiled function has its executable in the code's directory")
{
    const Directory home;
    home.write("rust/bootstrap", "");
    home.write("go/bin/hello", "");
    const auto wrong = [&](const std::string& properties) {
        return problems_of(load_file(home.write("template.yaml", with_function(properties))));
    };
    CHECK(wrong("Runtime: provided.al2023, Handler: hello, CodeUri: rust").empty());
    CHECK(wrong("Runtime: provided.al2023, CodeUri: rust").empty());
    CHECK(wrong("Runtime: go1.x, Handler: bin/hello, CodeUri: go").empty());
    CHECK(wrong("Runtime: go1.x, Handler: bin/hello, CodeUri: rust").empty());
    CHECK_THAT(wrong("Runtime: provided.al2023, Handler: hello, CodeUri: go"),
               Contains("the executable is missing: there is no bootstrap in " + home.at("go") +
                        ": after \"sam build\""));
}

TEST_CASE("A function that runs elsewhere needs no code")
{
    LoadOptions options;
    options.overrides.values.push_back({"functions.G.endpoint", "http://127.0.0.1:9000", "flag --set"});
    const Loaded loaded = load_text(with_function("PackageType: Image, ImageUri: x"), "t.yaml", options);
    CHECK(problems_of(loaded).empty());
    CHECK(loaded.settings.model.functions.at("G").endpoint == "http://127.0.0.1:9000");
}

TEST_CASE("Layers of the template are directories, others are missing")
{
    const Directory home;
    home.write("src/app.js", "");
    home.write("layer/nodejs/x.js", "");
    const std::string file =
        home.write("template.yaml",
                   with_function("Runtime: nodejs20.x, Handler: app.handler, CodeUri: src, Layers: [!Ref L, "
                                 "'arn:aws:lambda:us-east-1:1:layer:other:3']") +
                       "  L: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer, "
                       "LayerName: tools}}\n");
    const Loaded loaded = load_file(file);
    CHECK(problems_of(loaded).empty());
    CHECK(loaded.settings.model.functions.at("G").layers == std::vector<std::string>{home.at("layer")});
    CHECK_THAT(notes_of(loaded),
               Contains("the layer arn:aws:lambda:us-east-1:1:layer:other:3 is not in this template"));
}

TEST_CASE("Code that sam build makes is told of")
{
    CHECK_THAT(notes_of(load_template(with_function("Runtime: nodejs20.x, Handler: index.h, InlineCode: x",
                                                    "    Metadata: {BuildMethod: esbuild}\n"))),
               Contains("BuildMethod esbuild: Postern builds nothing; after \"sam build\""));
}

TEST_CASE("CDK's manifest says where the code of an object in S3 is")
{
    const Directory home;
    home.write("asset.0a1b/index.js", "");
    home.write("asset.2c3d/index.py", "");
    home.write(
        "Chat.assets.json",
        R"({"version": "36.0.0", "files": {"0a1b": {"source": {"path": "asset.0a1b", "packaging": "zip"},
"destinations": {"current": {"bucketName": "b", "objectKey": "0a1b.zip"}}}}})");
    const std::string resources = R"(
  One:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs20.x
      Handler: index.handler
      Code: {S3Bucket: {"Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"}, S3Key: 0a1b.zip}
  Two:
    Type: AWS::Lambda::Function
    Metadata: {"aws:cdk:path": Chat/Two, "aws:asset:path": asset.2c3d}
    Properties: {Runtime: python3.12, Handler: index.handler, Code: {S3Bucket: b, S3Key: 2c3d.zip}}
  CDKMetadata: {Type: AWS::CDK::Metadata, Properties: {Analytics: v2}}
Parameters:
  BootstrapVersion: {Type: "AWS::SSM::Parameter::Value<String>", Default: /cdk-bootstrap/hnb659fds/version}
Rules: {CheckBootstrapVersion: {Assertions: [{Assert: {"Fn::Not": [{"Fn::Contains": [["1"], {Ref: BootstrapVersion}]}]}}]}}
)";
    const Loaded loaded = load_file(home.write("Chat.template.json", kChat + resources));
    CHECK(problems_of(loaded).empty());
    CHECK(loaded.settings.model.functions.at("One").code_uri == home.at("asset.0a1b"));
    CHECK(loaded.settings.model.functions.at("Two").code_uri == home.at("asset.2c3d"));
    CHECK(loaded.files == std::vector<std::string>{home.at("Chat.assets.json")});

    home.write("Chat.assets.json", "{");
    CHECK_THAT(problems_of(load_file(home.at("Chat.template.json"))),
               Contains("Chat.assets.json:2:1: not valid YAML"));
}

TEST_CASE("Code that an older CDK makes parameters of is at the asset's path")
{
    const Directory home;
    home.write("asset.0a1b/index.js", "");
    const std::string function = R"(
  One:
    Type: AWS::Lambda::Function
    Metadata: {"aws:asset:path": asset.0a1b, "aws:asset:property": Code}
    Properties:
      Runtime: nodejs20.x
      Handler: index.handler
      Code: {S3Bucket: {Ref: Bucket}, S3Key: {"Fn::Select": [0, {"Fn::Split": ["||", {Ref: Key}]}]}}
Parameters: {Bucket: {Type: String}, Key: {Type: String}}
)";
    const Loaded loaded = load_file(home.write("Chat.template.json", kChat + function));
    CHECK(problems_of(loaded).empty());
    CHECK(loaded.settings.model.functions.at("One").code_uri == home.at("asset.0a1b"));
    CHECK_THAT(notes_of(load_file(home.write("elsewhere/chat.yaml", kChat + function))),
               Contains("there is no directory " + home.at("elsewhere/asset.0a1b") +
                        "; the template is to stay where cdk synth writes it"));
}

TEST_CASE("A variable that AWS would resolve stays as it is, with a note")
{
    const Loaded loaded = load_template(
        with_function("Runtime: nodejs20.x, Handler: index.h, InlineCode: x, Environment: {Variables: {KEY: "
                      "'{{resolve:ssm:/chat/key}}', OTHER: '{resolve}'}}"));
    CHECK(problems_of(loaded).empty());
    CHECK(loaded.settings.model.functions.at("G").environment.at("KEY") == "{{resolve:ssm:/chat/key}}");
    CHECK_THAT(notes_of(loaded),
               Contains("Variables.KEY: ignored: nobody resolves it here") &&
                   Contains("--set functions.G.environment.KEY=VALUE") && !Contains("OTHER"));
}

TEST_CASE("What a function is told of its LoggingConfig is in its environment")
{
    const auto with_logging = [](const std::string& config, const std::string& variables) {
        return load_template(
            with_function("Runtime: nodejs20.x, Handler: index.h, InlineCode: x, Environment: "
                          "{Variables: {" +
                          variables + "}}, LoggingConfig: {" + config + '}'));
    };
    const auto environment_of = [](const Loaded& loaded) {
        CHECK(problems_of(loaded).empty());
        return loaded.settings.model.functions.at("G").environment;
    };
    using Variables = postern::api::StringMap;
    const Loaded json = with_logging(
        "LogFormat: JSON, ApplicationLogLevel: DEBUG, SystemLogLevel: WARN, LogGroup: mine", "A: b");
    CHECK(environment_of(json) ==
          Variables{{"A", "b"}, {"AWS_LAMBDA_LOG_FORMAT", "JSON"}, {"AWS_LAMBDA_LOG_LEVEL", "DEBUG"}});
    CHECK_THAT(notes_of(json),
               Contains("LoggingConfig.SystemLogLevel: ignored: START, END and REPORT are written always") &&
                   Contains("LoggingConfig.LogGroup: ignored: a function's log group is /aws/lambda/NAME"));
    CHECK(environment_of(with_logging("LogFormat: JSON", "AWS_LAMBDA_LOG_LEVEL: WARN")) ==
          Variables{{"AWS_LAMBDA_LOG_FORMAT", "JSON"}, {"AWS_LAMBDA_LOG_LEVEL", "WARN"}});
    const Loaded text = with_logging("LogFormat: Text, ApplicationLogLevel: DEBUG", "");
    CHECK(environment_of(text).empty());
    CHECK_THAT(notes_of(text),
               Contains("ApplicationLogLevel: ignored: a level counts with the log format JSON"));
    CHECK_THAT(problems_of(with_logging("LogFormat: XML", "")),
               Contains("LoggingConfig.LogFormat: expected Text or JSON, not \"XML\""));
    CHECK_THAT(problems_of(with_logging("LogFormat: JSON, ApplicationLogLevel: LOUD", "")),
               Contains("expected TRACE, DEBUG, INFO, WARN, ERROR or FATAL, not \"LOUD\""));
    CHECK_THAT(problems_of(with_logging("Level: INFO", "")),
               Contains("LoggingConfig.Level: expected logFormat"));
}
