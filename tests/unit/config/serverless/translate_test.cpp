// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/translate.hpp"

#include "catch.hpp"
#include "unit/config/serverless/support.hpp"
#include "unit/config/support.hpp"

#include <algorithm>
#include <string>

using namespace postern::config;

namespace {

constexpr const char* kChat = R"(service: chat
provider:
  name: aws
  runtime: nodejs18.x
  stage: ${opt:stage, 'dev'}
  environment: { TABLE: t, COMMON: '1' }
functions:
  join:
    handler: src/join.handler
    timeout: 20
    events:
      - websocket: $connect
      - websocket: { route: $disconnect }
  say:
    handler: say.handler
    name: own-name
    memorySize: 512
    reservedConcurrency: 3
    environment: { COMMON: '2', GONE: null }
    events:
      - websocket:
          route: say
          routeResponseSelectionExpression: $default
      - http: GET /x
)";

std::string problems_in(const std::string& text)
{
    return lines_of(translated(text).problems);
}

}  // namespace

TEST_CASE("A serverless.yml is known by its service or its provider, and needs both")
{
    CHECK(is_serverless(read_yaml(kService, "t").root));
    CHECK(is_serverless(read_yaml("provider: aws", "t").root));
    CHECK_FALSE(is_serverless(read_yaml(kOneApi, "t").root));
    CHECK_FALSE(is_serverless(read_yaml("", "t").root));
}

TEST_CASE("Functions and websocket events become the native file's functions and routes")
{
    const Translation out = translated(kChat);
    CHECK(lines_of(out.problems) == "");
    CHECK(json_at(out.root, "region") == R"("us-east-1")");
    REQUIRE(out.root.find("apis")->entries.size() == 1);
    const Node& api = out.root.find("apis")->entries.front().value;
    CHECK(to_json(api).value() ==
          R"({"name":"dev-chat-websockets","description":"Serverless Websockets",)"
          R"("routeSelectionExpression":"$request.body.action",)"
          R"("routes":{"$connect":{"integration":"lambda:chat-dev-join"},)"
          R"("$disconnect":{"integration":"lambda:chat-dev-join"},)"
          R"("say":{"integration":"lambda:own-name","routeResponseSelectionExpression":"$default"}},)"
          R"("stages":{"dev":{}}})");
    CHECK(json_at(out.root, "functions/chat-dev-join") ==
          R"({"runtime":"nodejs18.x","handler":"src/join.handler","codeUri":".","timeout":20,)"
          R"("memorySize":1024,"environment":{"TABLE":"t","COMMON":"1"}})");
    CHECK(json_at(out.root, "functions/own-name") ==
          R"({"runtime":"nodejs18.x","handler":"say.handler","codeUri":".","timeout":6,"memorySize":512,)"
          R"("environment":{"TABLE":"t","COMMON":"2"},"reservedConcurrentExecutions":3})");
}

TEST_CASE("The native file that it becomes can be served")
{
    const Loaded loaded = load_text(kChat, "dir/serverless.yml");
    CHECK(lines_of(loaded.problems) == "");
    REQUIRE(loaded.settings.model.apis.size() == 1);
    CHECK(loaded.settings.model.apis.begin()->second.routes.at("say").is_two_way());
    const auto& functions = loaded.settings.model.functions;
    CHECK(functions.at("own-name").timeout == std::chrono::seconds(6));
    CHECK(std::filesystem::path(functions.at("own-name").code_uri) == "dir/");
    CHECK(origin_of(loaded, "functions.chat-dev-join.timeout") == "20 # dir/serverless.yml:10");
    CHECK(origin_of(loaded, "functions.own-name.timeout") == "6 # default of the Serverless Framework");
}

TEST_CASE("What is wrong with a value is told with its place in the serverless.yml")
{
    const std::string text =
        "service: s\nprovider: aws\nfunctions:\n  f:\n    handler: f.handler\n    timeout: ${opt:t, 5000}\n"
        "    events: [{websocket: $default}]\n";
    CHECK(problems_of(text) ==
          "t.yaml:6:14: functions.s-dev-f.timeout: expected a whole number from 1 to 900, not "
          "\"5000\"\n");
    LoadOptions options;
    options.serverless.opt["t"] = "30";
    CHECK(problems_of(text, options) == "");
    options.overrides.values.push_back({"functions.s-dev-f.timeout", "5", "flag"});
    options.serverless.opt.clear();
    CHECK(problems_of(text, options) == "");
}

TEST_CASE("A value stands where it is written, wherever it is used")
{
    CHECK(problems_of("service: s\nprovider: aws\ncustom:\n  seconds: 5000\nfunctions:\n"
                      "  f: {handler: f.h, timeout: '${self:custom.seconds}', events: [{websocket: a}]}\n") ==
          "t.yaml:4:12: functions.s-dev-f.timeout: expected a whole number from 1 to 900, not \"5000\"\n");
}

TEST_CASE("Texts are made of the region and the account that flags and the environment set")
{
    LoadOptions options;
    options.overrides.values = {{"region", "eu-west-3", "flag"}, {"accountId", "123456789012", "flag"}};
    const Loaded loaded = load_text(
        "service: s\nprovider: {environment: {A: '${aws:region} ${aws:accountId}', B: !GetAtt "
        "FLambdaFunction.Arn}}\n"
        "functions: {f: {handler: f.h, events: [{websocket: a}]}}\n",
        "t.yaml",
        options);
    CHECK(lines_of(loaded.problems) == "");
    const auto& environment = loaded.settings.model.functions.at("s-dev-f").environment;
    CHECK(environment.at("A") == "eu-west-3 123456789012");
    CHECK(environment.at("B") == "arn:aws:lambda:eu-west-3:123456789012:function:s-dev-f");
}

TEST_CASE("The id of the API is always the same for a service and a stage")
{
    const auto id_of = [](const std::string& text, const serverless::Options& options = {}) {
        return translated(text, options).root.find("apis")->entries.front().key;
    };
    const std::string id = id_of(kService);
    CHECK(id.size() == 10);
    CHECK(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos);
    CHECK(id_of(kService) == id);
    CHECK(id_of(kService, {{{"stage", "prod"}}, {}}) != id);
    CHECK(id_of("service: s\nprovider: {name: aws, apiGateway: {websocketApiId: abc123}}\n"
                "functions: {f: {handler: f.h, events: [{websocket: $default}]}}") == "abc123");
}

TEST_CASE("The stage is the option's, else the provider's, else dev")
{
    const auto stage_of = [](const std::string& provider, const serverless::Options& options = {}) {
        const Translation out =
            translated("service: s\nprovider: " + provider +
                           "\nfunctions: {f: {handler: f.h, events: [{websocket: $default}]}}",
                       options);
        return out.root.find("apis")->entries.front().value.find("stages")->entries.front().key;
    };
    CHECK(stage_of("aws") == "dev");
    CHECK(stage_of("{stage: test}") == "test");
    CHECK(stage_of("{stage: test}", {{{"stage", "prod"}}, {}}) == "prod");
}

TEST_CASE("Functions may be a list of maps, and may stand in other files")
{
    const TemporaryDirectory directory;
    directory.write(
        "functions.yml",
        "g: {handler: g.handler, layers: [{Ref: ToolsLambdaLayer}], events: [{websocket: say}]}\n");
    const std::string name = (directory.path() / "serverless.yml").string();
    directory.write("serverless.yml",
                    "service: s\nprovider: aws\nlayers: {tools: {path: tools}}\nfunctions:\n"
                    "  - f: {handler: f.handler, events: [{websocket: $default}]}\n"
                    "  - ${file(functions.yml)}\n");
    const Loaded loaded = load_file(name);
    CHECK(lines_of(loaded.problems) == "");
    CHECK(loaded.files == std::vector<std::string>{(directory.path() / "functions.yml").string()});
    const auto& function = loaded.settings.model.functions.at("s-dev-g");
    CHECK(std::filesystem::equivalent(function.code_uri, directory.path()));
    CHECK(function.layers == std::vector<std::string>{(directory.path() / "tools").string()});
}

TEST_CASE("What two files have alike is told with the places in both")
{
    const TemporaryDirectory directory;
    const std::string a = (directory.path() / "a.yml").string();
    const std::string b = (directory.path() / "b.yml").string();
    directory.write("a.yml", "g: {handler: g.h, events: [{websocket: say}]}\n");
    const auto problems_with = [&](const std::string& other, const std::string& functions) {
        directory.write("b.yml", other);
        directory.write("serverless.yml", "service: s\nprovider: aws\nfunctions:\n" + functions);
        return lines_of(load_file((directory.path() / "serverless.yml").string()).problems);
    };
    const std::string both = "  - ${file(a.yml)}\n  - ${file(b.yml)}\n";
    CHECK(problems_with("g: {handler: g.h}\n", both) ==
          b + ":1:1: functions.g: there is another function named s-dev-g in " + a + ":1\n");
    CHECK_THAT(problems_with("h: {handler: g.h, events: [{websocket: say}]}\n", both),
               Catch::Contains(b + ":1:29: functions.h.events.websocket: the route say is already in " + a +
                               ":1\n"));
    CHECK(problems_with("", "  - ${file(a.yml)}\n  - ${file(a.yml)}\n") ==
          a + ":1:1: functions.g: it is read twice: " + a + " is in the list of functions again\n");
}

TEST_CASE("The provider's logs become the stage's")
{
    const auto stage_of = [](const std::string& logs) {
        const Translation out =
            translated("service: s\nprovider: {logs: {websocket: " + logs +
                       "}}\nfunctions: {f: {handler: f.h, events: [{websocket: $default}]}}");
        const Node& stages = *out.root.find("apis")->entries.front().value.find("stages");
        return to_json(stages.entries.front().value).value();
    };
    CHECK(stage_of("false") == "{}");
    CHECK_THAT(
        stage_of("true"),
        Catch::Contains("arn:aws:logs:us-east-1:000000000000:log-group:/aws/websocket/s-dev") &&
            Catch::Contains(R"("defaultRouteSettings":{"loggingLevel":"INFO","dataTraceEnabled":true})"));
    CHECK(stage_of("{level: ERROR, accessLogging: false, fullExecutionData: false}") ==
          R"({"defaultRouteSettings":{"loggingLevel":"ERROR","dataTraceEnabled":false}})");
    CHECK_THAT(stage_of("{executionLogging: false, format: $context.requestId}"),
               Catch::EndsWith(R"("format":"$context.requestId"}})"));
}

TEST_CASE("An authorizer is told to the native file in all of its forms")
{
    const auto api_of = [](const std::string& authorizer) {
        const Translation out = translated(
            "service: s\nprovider: aws\nfunctions:\n  auth: {handler: a.h}\n"
            "  f: {handler: f.h, events: [{websocket: {route: $connect, authorizer: " +
            authorizer + "}}]}\n");
        CHECK(lines_of(out.problems) == "");
        return to_json(out.root.find("apis")->entries.front().value).value();
    };
    const std::string by_name = api_of("auth");
    CHECK_THAT(by_name,
               Catch::Contains(R"("authorizationType":"CUSTOM","authorizerId":"auth")") &&
                   Catch::Contains(R"("authorizers":{"auth":{"authorizerType":"REQUEST",)"
                                   R"("authorizerUri":"lambda:s-dev-auth",)"
                                   R"("identitySource":["route.request.header.Auth"]}})"));
    CHECK(api_of("{name: auth}") == by_name);
    CHECK_THAT(api_of("{name: auth, identitySource: [route.request.querystring.t]}"),
               Catch::Contains(R"("identitySource":["route.request.querystring.t"])"));
    CHECK_THAT(api_of("arn:aws:lambda:us-east-1:000000000000:function:s-dev-auth"),
               Catch::Contains(R"("authorizerId":"s-dev-auth")"));
    CHECK_THAT(api_of("{arn: !GetAtt AuthLambdaFunction.Arn}"),
               Catch::Contains("arn:aws:lambda:us-east-1:000000000000:function:s-dev-auth"));
}

TEST_CASE("Notes say what is understood and what has no effect")
{
    const std::string text =
        "service: s\n"
        "plugins: [p]\n"
        "custom: {a: 1}\n"
        "useDotnv: true\n"
        "provider: {name: aws, iam: {}}\n"
        "functions:\n"
        "  f:\n"
        "    handler: f.h\n"
        "    timeot: 5\n"
        "    layers: ['arn:aws:lambda:eu-west-1:1:layer:x:1', '${bref:layer.php-80}']\n"
        "    events: [{websocket: $default}, {schedule: rate(1 hour)}]\n"
        "resources: {Resources: {T: {Type: 'AWS::DynamoDB::Table'}}}\n";
    const Translation out = translated(text);
    CHECK(lines_of(out.problems) == "");
    const std::string notes = lines_of(out.notes);
    for (const char* expected :
         {"7 functions.f: the function s-dev-f\n",
          "11 functions.f.events.websocket: the route $default calls the function s-dev-f\n",
          "ignored 11 functions.f.events: events of the kind schedule do not happen here\n",
          "ignored 9 functions.f.timeot: has no effect here (did you mean \"timeout\"?)\n",
          "ignored 10 functions.f.layers: a layer that is not in this file",
          "ignored 2 plugins: the Framework's plugins do not run here\n",
          "ignored 3 custom: read for variables only\n",
          "ignored 4 useDotnv: has no effect here (did you mean \"useDotenv\"?)\n",
          "ignored 5 provider.iam: has no effect here\n",
          "ignored 12 resources.Resources.T: AWS::DynamoDB::Table does not run here"}) {
        CHECK_THAT(notes, Catch::Contains(expected));
    }
}

TEST_CASE("Mistakes are told with their places and remedies")
{
    const std::string head = "service: s\nprovider: aws\nfunctions:\n";
    CHECK_THAT(problems_in("service: s\nfunctions: {}"), Catch::Contains("provider is required"));
    CHECK_THAT(problems_in("provider: aws\nfunctions: {}"), Catch::Contains("service is required"));
    CHECK_THAT(problems_in("service: s\nprovider: {name: google}\nfunctions: {}"),
               Catch::Contains("2:11: provider.name: expected aws, not \"google\""));
    CHECK_THAT(problems_in("service: s\nprovider: aws\n"),
               Catch::Contains("no function has a websocket event"));
    CHECK_THAT(problems_in(head + "  f: {handler: f.h, events: [{http: GET /}]}"),
               Catch::Contains("functions: no function has a websocket event"));
    CHECK_THAT(problems_in(head + "  f: text"), Catch::Contains("4:3: functions.f: expected a function"));
    CHECK_THAT(problems_in("service: s\nprovider: aws\nfunctions: text"),
               Catch::Contains("functions: expected a map of functions"));
    CHECK_THAT(problems_in(head + "  f: {handler: f.h, events: {websocket: a}}"),
               Catch::Contains("functions.f.events: expected a list of events, not a map"));
    CHECK_THAT(problems_in(head + "  f: {handler: f.h, events: [{websocket: {rout: a}}]}"),
               Catch::Contains("expected a route key such as $default, or an object with route"));
    CHECK_THAT(
        problems_in(head + "  f: {handler: f.h, events: [{websocket: {route: a, rute: b}}]}"),
        Catch::Contains("functions.f.events.websocket.rute: no such property (did you mean \"route\"?)"));
    CHECK_THAT(problems_in(head + "  f: {handler: f.h, events: [{websocket: a}]}\n"
                                  "  g: {handler: f.h, events: [{websocket: a}]}"),
               Catch::Contains("5:31: functions.g.events.websocket: the route a is already in line 4"));
    CHECK_THAT(problems_in(head + "  f: {name: n, handler: f.h}\n  g: {name: n, handler: f.h}"),
               Catch::Contains("5:3: functions.g: there is another function named n in line 4"));
    CHECK_THAT(
        problems_in(head + "  f: {handler: f.h, events: [{websocket: {route: $connect, authorizer: g}}]}"),
        Catch::Contains("no function \"g\" in this file"));
    CHECK_THAT(
        problems_in(head + "  f: {handler: f.h, events: [{websocket: {route: $connect, authorizer: []}}]}"),
        Catch::Contains("expected a function of this file, a function's ARN"));
    CHECK_THAT(problems_in(head + "  f: {image: x, events: [{websocket: a}]}"),
               Catch::Contains("functions.f.image: it is a container image: run the container, and say --set "
                               "functions.s-dev-f.endpoint=http://HOST:PORT"));
    CHECK_THAT(problems_in(head + "  f: {handler: f.h, environment: 5, events: [{websocket: a}]}"),
               Catch::Contains("functions.f.environment: expected a map"));
}

TEST_CASE("A TypeScript handler runs as it was built, or says how to build it")
{
    const TemporaryDirectory directory;
    const std::string name = (directory.path() / "serverless.yml").string();
    const std::string text =
        "service: s\nprovider: aws\nfunctions: {f: {handler: src/f.handler, events: [{websocket: a}]}}\n";
    directory.write("src/f.ts", "");
    CHECK_THAT(lines_of(translated(text, {}, name).problems),
               Catch::Contains("functions.f.handler: src/f.ts is TypeScript, which Postern does not build; "
                               "build it to src/f.js"));
    CHECK(json_at(translated(text + "custom: {postern: {codeUri: out}}\n", {}, name).root,
                  "functions/s-dev-f/codeUri") == R"("out")");
    directory.write(".esbuild/.build/src/f.js", "");
    const Translation built = translated(text, {}, name);
    CHECK(lines_of(built.problems) == "");
    CHECK(json_at(built.root, "functions/s-dev-f/codeUri") == R"(".esbuild/.build")");
    CHECK_THAT(lines_of(built.notes), Catch::Contains("src/f.ts runs as it was built in .esbuild/.build"));
    directory.write("src/f.js", "");
    CHECK(json_at(translated(text, {}, name).root, "functions/s-dev-f/codeUri") == R"(".")");
}

TEST_CASE(
    "A function that cannot run here is a mistake where a websocket event needs it, and a note elsewhere")
{
    const TemporaryDirectory directory;
    directory.write("f.js", "");
    directory.write("typed.ts", "");
    const std::string name = (directory.path() / "serverless.yml").string();
    const std::string head = kService;
    const struct {
        const char* properties;
        const char* why;
    } cases[] = {
        {"image: x", "it is a container image: run the container, and say --set functions.s-dev-g.endpoint="},
        {"runtime: java21, handler: a.B", "the runtime java21 does not run here"},
        {"handler: typed.handler", "typed.ts is TypeScript, which Postern does not build"},
    };
    for (const auto& one : cases) {
        INFO(one.properties);
        const std::string function = std::string("  g: {") + one.properties;
        const Loaded needed = load_text(head + function + ", events: [{websocket: g}]}\n", name);
        CHECK_THAT(lines_of(needed.problems), Catch::Contains(one.why));
        CHECK(needed.problems.size() == 1);
        const Loaded checks =
            load_text(head + function +
                          "}\n  h: {handler: f.h, events: [{websocket: {route: $connect, authorizer: g}}]}\n",
                      name);
        CHECK_THAT(lines_of(checks.problems), Catch::Contains(one.why));
        const Loaded left_out = load_text(head + function + ", events: [{http: GET /}]}\n", name);
        CHECK(lines_of(left_out.problems) == "");
        CHECK_FALSE(left_out.settings.model.functions.contains("s-dev-g"));
        CHECK_THAT(lines_of(left_out.notes),
                   Catch::Contains(
                       std::string("ignored 5 functions.g: no route needs the function, and it cannot run "
                                   "here: ") +
                       one.why));
    }
}

TEST_CASE("A function that no websocket event needs is left out when its files are missing")
{
    const TemporaryDirectory directory;
    directory.write("there.js", "");
    directory.write("bootstrap", "");
    const std::string name = (directory.path() / "serverless.yml").string();
    const auto notes_of = [&](const std::string& properties, bool is_there) {
        const Loaded loaded = load_text(kService + std::string("  g: {") + properties + "}\n", name);
        CHECK(lines_of(loaded.problems) == "");
        CHECK(loaded.settings.model.functions.contains("s-dev-g") == is_there);
        return lines_of(loaded.notes);
    };
    CHECK_THAT(
        notes_of("handler: src/g.run", false),
        Catch::Contains("the handler's file is missing: there is no src/g.js, src/g.mjs or src/g.cjs in"));
    CHECK_THAT(notes_of("handler: g.run, runtime: python3.12", false),
               Catch::Contains("there is no g.py or g/__init__.py in"));
    notes_of("handler: there.run", true);
    notes_of("handler: any, runtime: provided.al2023", true);
    std::filesystem::remove(directory.path() / "bootstrap");
    CHECK_THAT(notes_of("handler: any, runtime: provided.al2023", false),
               Catch::Contains("the executable is missing: there is no bootstrap in"));
    notes_of("handler: src/g.run, layers: [{Ref: ToolsLambdaLayer}]", true);
}

TEST_CASE("What is set of a function's code takes the place of what the serverless.yml says")
{
    LoadOptions options;
    options.overrides.values.push_back({"functions.s-dev-g.endpoint", "http://localhost:9000", "flag"});
    const Loaded loaded =
        load_text(kService + std::string("  g: {image: x, events: [{websocket: g}]}\n"), "t.yml", options);
    CHECK(lines_of(loaded.problems) == "");
    CHECK(loaded.settings.model.functions.at("s-dev-g").endpoint == "http://localhost:9000");
}

TEST_CASE("What functions are told of their logs is in their environment")
{
    const Translation out = translated(
        "service: s\nprovider:\n  name: aws\n  logs: {lambda: {logFormat: JSON, applicationLogLevel: WARN, "
        "systemLogLevel: WARN}}\nfunctions:\n"
        "  f: {handler: f.h, events: [{websocket: f}], environment: {AWS_LAMBDA_LOG_LEVEL: ERROR}}\n"
        "  g: {handler: f.h, events: [{websocket: g}], logs: {logFormat: JSON}}\n"
        "  h: {handler: f.h, events: [{websocket: h}], logs: {logFormat: Text}}\n");
    CHECK(lines_of(out.problems) == "");
    const auto environment_of = [&out](const char* name) {
        const Node* environment =
            out.root.find("functions")->find(std::string("s-dev-") + name)->find("environment");
        return environment == nullptr ? "none" : to_json(*environment).value();
    };
    CHECK(environment_of("f") == R"({"AWS_LAMBDA_LOG_LEVEL":"ERROR","AWS_LAMBDA_LOG_FORMAT":"JSON"})");
    CHECK(environment_of("g") == R"({"AWS_LAMBDA_LOG_FORMAT":"JSON","AWS_LAMBDA_LOG_LEVEL":"INFO"})");
    CHECK(environment_of("h") == "none");
    CHECK(std::count_if(out.notes.begin(), out.notes.end(), [](const Note& note) {
              return note.path == "provider.logs.lambda.systemLogLevel" && note.kind == Note::Kind::Ignored;
          }) == 1);
    CHECK_THAT(lines_of(translated("service: s\nprovider: aws\nfunctions: {f: {handler: f.h, events: "
                                   "[{websocket: f}], logs: {logFormat: XML, level: INFO}}}\n")
                            .problems),
               Catch::Contains("functions.f.logs.logFormat: expected Text or JSON, not \"XML\"") &&
                   Catch::Contains("functions.f.logs.level: expected logFormat, applicationLogLevel, "
                                   "systemLogLevel or logGroup"));
}
