// SPDX-License-Identifier: Apache-2.0
#include "config/load.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <filesystem>
#include <fstream>

using namespace postern;
using namespace postern::config;
using namespace std::chrono_literals;

namespace {

/// A directory of this test's own, gone afterwards.
class Scratch {
public:
    Scratch()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "postern-config-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() { std::filesystem::remove_all(path_); }

    std::string write(const std::string& name, const std::string& text) const
    {
        std::ofstream(path_ / name) << text;
        return (path_ / name).string();
    }

private:
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("A file becomes the model and the settings")
{
    const Loaded loaded = load_text(R"(
region: eu-central-1
accountId: 123456789012
apis:
  chat:
    name: Chat
    version: 1.0
    tags: {team: a}
    routeSelectionExpression: $request.body.type
    disableExecuteApiEndpoint: true
    routes:
      $connect: { integration: "plugin:chat.join", operationName: Join }
      $disconnect: plugin:chat.leave
      $default: { integration: "plugin:echo", routeResponse: true }
      a: { integration: { plugin: chat.say, timeoutInMillis: 500, description: says }, routeResponse: {} }
      b: { integration: { integrationType: PLUGIN, integrationUri: "plugin:chat" }, routeResponseSelectionExpression: $default }
      c: { integration: "plugin:echo", routeResponse: false }
    stages:
      dev: { stageVariables: { tenant: acme, port: 80 }, description: d }
      prod:
domainNames:
  ws.example.com:
    apiMappings: [ { api: chat, stage: dev, key: v1 }, { apiId: chat, stage: prod } ]
plugins:
  chat: { library: plugins/libchat.so, settings: { lobby: general, size: 3, strict: true, "n": "5" } }
gateway:
  listeners: [ { port: 9000, address: "::1" }, { port: 0, tls: { certificate: c.pem, privateKey: /etc/k.pem } } ]
  limits: { frameBytes: 1KiB, messageBytes: 4096, idleTimeout: 5m, maxDuration: 0, newConnectionsPerSecond: 2.5,
            ordering: connection, acceptBinary: true, connections: 7 }
  shards: 2
  workerThreads: 1
  dataDirectory: data
  log: { level: debug, format: json }
)",
                                    "etc/postern/my.yaml");
    for (const Diagnostic& problem : loaded.problems) UNSCOPED_INFO(to_string(problem));
    REQUIRE(loaded.problems.empty());
    const Settings& settings = loaded.settings;
    CHECK(settings.model.region == "eu-central-1");
    CHECK(settings.model.account_id == "123456789012");

    const api::Api& api = settings.model.apis.at("chat");
    CHECK(api.api_id == "chat");
    CHECK(api.name == "Chat");
    CHECK(api.version == "1.0");
    CHECK(api.tags.at("team") == "a");
    CHECK(api.route_selection_expression == "$request.body.type");
    CHECK(api.disable_execute_api_endpoint);

    const auto& routes = api.routes;
    CHECK(routes.at("$connect").integration->integration_uri == "plugin:chat.join");
    CHECK(routes.at("$connect").operation_name == "Join");
    CHECK(routes.at("$connect").route_key == "$connect");
    CHECK(routes.at("$disconnect").integration->integration_uri == "plugin:chat.leave");
    CHECK_FALSE(routes.at("$disconnect").is_two_way());
    CHECK(routes.at("$default").is_two_way());
    CHECK(routes.at("a").integration->integration_uri == "plugin:chat.say");
    CHECK(routes.at("a").integration->timeout == 500ms);
    CHECK(routes.at("a").is_two_way());
    CHECK(routes.at("b").is_two_way());
    CHECK_FALSE(routes.at("b").route_response.has_value());
    CHECK(routes.at("b").integration->timeout == 29s);
    CHECK_FALSE(routes.at("c").is_two_way());

    CHECK(api.stages.at("dev").stage_name == "dev");
    CHECK(api.stages.at("dev").stage_variables == api::StringMap{{"tenant", "acme"}, {"port", "80"}});
    CHECK(api.stages.contains("prod"));

    const auto& mappings = settings.model.domain_names.at("ws.example.com").api_mappings;
    REQUIRE(mappings.size() == 2);
    CHECK(mappings[0].api_mapping_key == "v1");
    CHECK(mappings[1].api_id == "chat");
    CHECK(mappings[1].stage == "prod");

    CHECK(settings.plugins.at("chat").library == "etc/postern/plugins/libchat.so");
    CHECK(settings.plugins.at("chat").settings == R"({"lobby":"general","size":3,"strict":true,"n":"5"})");

    REQUIRE(settings.listeners.size() == 2);
    CHECK(settings.listeners[0].address == "::1");
    CHECK(settings.listeners[0].port == 9000);
    CHECK(settings.listeners[0].tls == TlsKind::None);
    CHECK(settings.listeners[1].tls == TlsKind::Files);
    CHECK(settings.listeners[1].certificate_file == "etc/postern/c.pem");
    CHECK(settings.listeners[1].private_key_file == "/etc/k.pem");

    CHECK(settings.limits.frame_bytes_max == 1024);
    CHECK(settings.limits.message_bytes_max == 4096);
    CHECK(settings.limits.idle_timeout == 5min);
    CHECK(settings.limits.max_duration == 0ms);
    CHECK(settings.limits.new_connections_per_second == Approx(2.5));
    CHECK(settings.limits.ordering == api::Ordering::Connection);
    CHECK(settings.limits.accept_binary);
    CHECK(settings.limits.connections_max == 7);
    CHECK(settings.shards == 2);
    CHECK(settings.worker_threads == 1);
    CHECK(settings.data_directory == "etc/postern/data");
    CHECK(settings.log_level == log::Level::Debug);
    CHECK(settings.log_format == log::Format::Json);
}

TEST_CASE("The same in JSON gives the same")
{
    const Loaded yaml = load_text(kOneApi, "t.yaml");
    const Loaded json =
        load_text("{\n\t\"apis\": {\"a\": {\"routes\": {\"$default\": \"plugin:echo\"}}}\n}", "t.json");
    REQUIRE(json.problems.empty());
    CHECK(json.settings.model.apis.at("a").routes.at("$default").integration->integration_uri ==
          yaml.settings.model.apis.at("a").routes.at("$default").integration->integration_uri);
    CHECK(problems_of("{\"apis\": {\"a\": {\"routes\": {\"$default\": 5}}}}").find("t.yaml:1:40: ") == 0);
}

TEST_CASE("What the file leaves out has its default")
{
    const Loaded loaded = load_text(kOneApi, "t.yaml");
    REQUIRE(loaded.problems.empty());
    REQUIRE(loaded.settings.listeners.size() == 2);
    CHECK(loaded.settings.listeners[0].port == 8080);
    CHECK(loaded.settings.listeners[0].tls == TlsKind::None);
    CHECK(loaded.settings.listeners[1].port == 8443);
    CHECK(loaded.settings.listeners[1].tls == TlsKind::Development);
    REQUIRE(loaded.settings.model.apis.at("a").stages.size() == 1);
    CHECK(loaded.settings.model.apis.at("a").stages.contains("dev"));
    CHECK(loaded.settings.model.apis.at("a").name == "a");
    CHECK(loaded.settings.limits.idle_timeout == api::Limits().idle_timeout);
    CHECK(origin_of(loaded, "gateway.limits.idleTimeout") == "10m # default");
    CHECK(origin_of(loaded, "gateway.listeners[1].tls") == "development # default");
    CHECK(
        load_text(std::string(kOneApi) + "gateway: {listeners: []}\n", "t.yaml").settings.listeners.size() ==
        2);
}

TEST_CASE("Functions that run here get a listener that speaks plainly and TLS on one port")
{
    const std::string local = kOneApi + std::string(
                                            "functions: {away: {endpoint: \"http://localhost:3001\"}, "
                                            "here: {runtime: nodejs20.x, handler: a.b, codeUri: .}}\n");
    const std::string away =
        kOneApi + std::string("functions: {away: {endpoint: \"http://localhost:3001\"}}\n");
    LoadOptions only_port;
    only_port.only_port = 9000;
    SECTION("by default")
    {
        const Loaded loaded = load_text(local, "t.yaml");
        REQUIRE(loaded.problems.empty());
        REQUIRE(loaded.settings.listeners.size() == 2);
        CHECK(loaded.settings.listeners[0].port == 8080);
        CHECK(loaded.settings.listeners[0].tls == TlsKind::Optional);
        CHECK(loaded.settings.listeners[1].port == 8443);
        CHECK(loaded.settings.listeners[1].tls == TlsKind::Development);
        CHECK(origin_of(loaded, "gateway.listeners[0].tls") == "optional # default");
        CHECK(load_text(away, "t.yaml").settings.listeners.at(0).tls == TlsKind::None);
    }
    SECTION("when there is to be one port")
    {
        const Loaded loaded = load_text(local, "t.yaml", only_port);
        REQUIRE(loaded.settings.listeners.size() == 1);
        CHECK(loaded.settings.listeners[0].port == 9000);
        CHECK(loaded.settings.listeners[0].tls == TlsKind::Optional);
        CHECK(origin_of(loaded, "gateway.listeners[0].port") == "9000 # flag --port");
        const Loaded plain =
            load_text(away + "gateway: {listeners: [{port: 1, tls: development}]}\n", "t.yaml", only_port);
        REQUIRE(plain.settings.listeners.size() == 1);
        CHECK(plain.settings.listeners[0].port == 9000);
        CHECK(plain.settings.listeners[0].tls == TlsKind::None);
    }
    SECTION("but listeners that the file or an override names are as they say")
    {
        CHECK(
            load_text(local + "gateway: {listeners: [{port: 1}]}\n", "t.yaml").settings.listeners.at(0).tls ==
            TlsKind::None);
        LoadOptions options;
        options.overrides.values.push_back({"gateway.listeners[0].port", "9000", "flag --x"});
        const Loaded loaded = load_text(local, "t.yaml", options);
        REQUIRE(loaded.settings.listeners.size() == 2);
        CHECK(loaded.settings.listeners[0].port == 9000);
        CHECK(loaded.settings.listeners[0].tls == TlsKind::Optional);
    }
}

TEST_CASE("Built-in handlers are those that the caller names")
{
    LoadOptions options;
    options.builtin_handlers = {"special"};
    CHECK(problems_of("apis: {a: {routes: {r: plugin:special}}}\n", options).empty());
    CHECK_FALSE(problems_of(kOneApi, options).empty());
}

TEST_CASE("Without a file there is an API that echoes")
{
    const Loaded loaded = load_builtin();
    REQUIRE(loaded.problems.empty());
    const api::Api& api = loaded.settings.model.apis.at("echo");
    CHECK(api.route_selection_expression == "$request.body.action");
    CHECK(api.stages.contains("dev"));
    for (const char* key : {"$default", "echo"}) {
        CHECK(api.routes.at(key).integration->integration_uri == "plugin:echo");
        CHECK(api.routes.at(key).is_two_way());
    }
    CHECK(origin_of(loaded, "apis.echo.routeSelectionExpression") ==
          "$request.body.action # the built-in echo API");
}

TEST_CASE("A later layer wins: default, file, environment, flag")
{
    const std::string text =
        std::string(kOneApi) + "gateway: {limits: {idleTimeout: 1m, maxDuration: 1h, closeTimeout: 1s}}\n";
    LoadOptions options;
    options.overrides = environment_overrides({{"POSTERN_GATEWAY_LIMITS_MAX_DURATION", "3h"},
                                               {"POSTERN_GATEWAY_LIMITS_CLOSE_TIMEOUT", "3s"},
                                               {"POSTERN_REGION", "eu-west-1"},
                                               {"HOME", "/root"}});
    options.overrides.values.push_back({"gateway.limits.closeTimeout", "4s", "flag --close-timeout"});
    const Loaded loaded = load_text(text, "my.yaml", options);
    REQUIRE(loaded.problems.empty());
    CHECK(loaded.settings.limits.close_timeout == 4s);
    CHECK(origin_of(loaded, "gateway.limits.handshakeTimeout") == "10s # default");
    CHECK(origin_of(loaded, "gateway.limits.idleTimeout") == "1m # my.yaml:2");
    CHECK(origin_of(loaded, "gateway.limits.maxDuration") ==
          "3h # environment POSTERN_GATEWAY_LIMITS_MAX_DURATION");
    CHECK(origin_of(loaded, "gateway.limits.closeTimeout") == "4s # flag --close-timeout");
    CHECK(origin_of(loaded, "region") == "eu-west-1 # environment POSTERN_REGION");
}

TEST_CASE("Overrides reach into lists, maps and short forms")
{
    const auto with = [](const std::string& path, const std::string& value, const std::string& more = "") {
        LoadOptions options;
        options.overrides.values.push_back({path, value, "flag --x"});
        return load_text(kOneApi + more, "t.yaml", options);
    };
    SECTION("an item of the default list")
    {
        const Loaded loaded = with("gateway.listeners[0].port", "9000");
        REQUIRE(loaded.problems.empty());
        CHECK(loaded.settings.listeners.at(0).port == 9000);
        CHECK(loaded.settings.listeners.at(1).port == 8443);
        CHECK(origin_of(loaded, "gateway.listeners[0].port") == "9000 # flag --x");
    }
    SECTION("one item more")
    {
        const Loaded loaded =
            with("gateway.listeners[1].port", "9000", "gateway: {listeners: [{port: 1}]}\n");
        REQUIRE(loaded.problems.empty());
        CHECK(loaded.settings.listeners.at(0).port == 1);
        CHECK(loaded.settings.listeners.at(1).port == 9000);
    }
    SECTION("a whole list")
    {
        const Loaded loaded = with("gateway.listeners", "[{port: 9000, tls: development}]");
        REQUIRE(loaded.problems.empty());
        REQUIRE(loaded.settings.listeners.size() == 1);
        CHECK(loaded.settings.listeners[0].tls == TlsKind::Development);
    }
    SECTION("beside a short form")
    {
        const Loaded loaded = with("apis.a.routes.$default.integration.timeoutInMillis", "60");
        REQUIRE(loaded.problems.empty());
        CHECK(loaded.settings.model.apis.at("a").routes.at("$default").integration->timeout == 60ms);
        CHECK(loaded.settings.model.apis.at("a").routes.at("$default").integration->integration_uri ==
              "plugin:echo");
    }
    SECTION("one entry of a map of texts")
    {
        const Loaded loaded = with("apis.a.stages.dev.stageVariables.colour", "red");
        REQUIRE(loaded.problems.empty());
        CHECK(loaded.settings.model.apis.at("a").stages.at("dev").stage_variables.at("colour") == "red");
        const std::string more =
            "functions: {f: {runtime: nodejs20.x, handler: i.h, inlineCode: x, environment: {A: 1, B: 2}}}\n";
        const Loaded replaced = with("functions.f.environment.B", "{3", more);
        REQUIRE(replaced.problems.empty());
        CHECK(replaced.settings.model.functions.at("f").environment ==
              api::StringMap{{"A", "1"}, {"B", "{3"}});
        CHECK(to_string(with("functions.f.environment.B.C", "3", more).problems.at(0)) ==
              "flag --x: functions.f.environment.B.C: has no properties");
    }
    SECTION("mistakes")
    {
        const auto first = [](const Loaded& loaded) {
            return loaded.problems.empty() ? "" : to_string(loaded.problems.front());
        };
        CHECK(first(with("gateway.limits.idleTimeuot", "1m")) ==
              "flag --x: gateway.limits.idleTimeuot: no setting named \"idleTimeuot\" (did you mean "
              "\"idleTimeout\"?)");
        CHECK(first(with("gateway.limits.idleTimeout", "1"))
                  .find("flag --x: gateway.limits.idleTimeout: expected a duration") == 0);
        CHECK(first(with("gateway.listeners[5].port", "1")) ==
              "flag --x: gateway.listeners[5].port: expected an item from [0] to [2], not [5]");
        CHECK(first(with("gateway.listeners[x].port", "1")).find("expected an item") != std::string::npos);
        CHECK(first(with("gateway.shards[0]", "1")) == "flag --x: gateway.shards[0]: only lists have items");
        CHECK(first(with("region.x", "1")) == "flag --x: region.x: has no properties");
        CHECK(first(with("", "1")) == "flag --x: no setting named \"\"");
        CHECK(first(with("gateway.listeners", "[")).find("flag --x:2:1: not valid YAML") == 0);
        CHECK(first(with("gateway.shards", "2", "gateway: 5\n")) ==
              "t.yaml:2:10: gateway: expected a map of names and values, not \"5\"");
    }
}

TEST_CASE("Environment variables are checked, and those of others left alone")
{
    const Scratch scratch;
    const auto first = [](const std::map<std::string, std::string>& environment) {
        const Overrides overrides = environment_overrides(environment);
        return overrides.problems.empty() ? "" : to_string(overrides.problems.front());
    };
    CHECK(first({{"POSTERN_GATEWAY_LIMITS_IDLE_TIMOUT", "1m"}}) ==
          "environment POSTERN_GATEWAY_LIMITS_IDLE_TIMOUT: no such setting (did you mean "
          "\"POSTERN_GATEWAY_LIMITS_IDLE_TIMEOUT\"?)");
    CHECK(first({{"POSTERN_ZZZ", "1m"}}) == "environment POSTERN_ZZZ: no such setting");
    for (const char* name : {"POSTERN_JOBS",
                             "POSTERN_SERVICE_HOST",
                             "POSTERN_SERVICE_PORT",
                             "POSTERN_SERVICE_PORT_WS",
                             "POSTERN_PORT",
                             "POSTERN_PORT_8080_TCP_ADDR",
                             "POSTERN_GATEWAY_PORT_8080_TCP",
                             "POSTERNX"}) {
        INFO(name);
        CHECK(first({{name, "tcp://10.0.0.1:8080"}}).empty());
    }

    SECTION("with _FILE the value stands in a file")
    {
        LoadOptions options;
        options.overrides = environment_overrides(
            {{"POSTERN_GATEWAY_DATA_DIRECTORY_FILE", scratch.write("secret", "/srv/keys\n")}});
        const Loaded loaded = load_text(kOneApi, "t.yaml", options);
        REQUIRE(loaded.problems.empty());
        CHECK(loaded.settings.data_directory == "/srv/keys");
        CHECK(origin_of(loaded, "gateway.dataDirectory") ==
              "/srv/keys # environment POSTERN_GATEWAY_DATA_DIRECTORY_FILE");
    }
    SECTION("the file must be readable, and the variable alone")
    {
        CHECK(first({{"POSTERN_REGION_FILE", "/nonexistent"}}) ==
              "environment POSTERN_REGION_FILE: cannot read the file /nonexistent");
        CHECK(first({{"POSTERN_REGION_FILE", "/dev/zero"}}) ==
              "environment POSTERN_REGION_FILE: cannot read the file /dev/zero");
        CHECK(first({{"POSTERN_REGION_FILE", "/x"}, {"POSTERN_REGION", "us-east-1"}}) ==
              "environment POSTERN_REGION_FILE: POSTERN_REGION is set, too: expected only one of them");
    }
    SECTION("a load reports what the environment got wrong")
    {
        LoadOptions options;
        options.overrides = environment_overrides({{"POSTERN_ZZZ", ""}, {"POSTERN_GATEWAY_SHARDS", "x"}});
        CHECK(problems_of(kOneApi, options) ==
              "environment POSTERN_ZZZ: no such setting\n"
              "environment POSTERN_GATEWAY_SHARDS: gateway.shards: expected a whole number from 0 to 256, "
              "not \"x\"\n");
    }
}

TEST_CASE("Every setting of the gateway has a variable")
{
    std::size_t limits = 0;
    for (const Variable& variable : variables())
        limits += variable.path.starts_with("gateway.limits.") ? 1 : 0;
    CHECK(limits > 18);
    CHECK(variables().front().path == "gateway.listeners");
}

TEST_CASE("Paths in a file start at its directory, those of a flag do not")
{
    const Scratch scratch;
    const std::string file = scratch.write(
        "my.yaml",
        std::string(kOneApi) + "plugins: {p: {library: lib/p.so}}\ngateway: {dataDirectory: ./d}\n");
    LoadOptions options;
    options.overrides.values.push_back({"gateway.dataDirectory", "here", "flag --data"});
    const Loaded loaded = load_file(file, options);
    REQUIRE(loaded.problems.empty());
    CHECK(loaded.settings.plugins.at("p").library ==
          std::filesystem::path(file).parent_path().string() + "/lib/p.so");
    CHECK(loaded.settings.data_directory == "here");
}
