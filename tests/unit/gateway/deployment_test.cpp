// SPDX-License-Identifier: Apache-2.0
#include "gateway/deployment.hpp"

#include "catch.hpp"
#include "unit/gateway/support.hpp"

using namespace postern;
using gateway::Deployment;

namespace {

std::int32_t nothing(void* /*handler*/, const postern_event* /*event*/, postern_token /*token*/)
{
    return 0;
}

integrations::HandlerRegistry handlers()
{
    integrations::HandlerRegistry registry;
    REQUIRE(registry.add({"echo", false, nothing, nullptr}));
    REQUIRE(registry.add({"chat.join", false, nothing, nullptr}));
    return registry;
}

/// The key of the selected route; "-" without one.
std::string select(const Deployment& deployment, std::string_view message)
{
    api::SelectionScratch scratch;
    const gateway::Route* route = deployment.select(message, scratch);
    return route == nullptr ? "-" : route->key;
}

std::string error_of(const api::Api& api)
{
    const auto compiled =
        Deployment::compile(api, {}, std::make_shared<const integrations::HandlerRegistry>(handlers()));
    return compiled ? "no error" : compiled.error().detail;
}

}  // namespace

TEST_CASE("a message selects the route whose key it names, else $default (spec data-plane 3.1)")
{
    const auto registry = handlers();
    const auto deployment =
        test::compile(test::make_api("a", {{"join", "chat.join"}, {"Join", "echo"}, {"$default", "echo"}}),
                      "dev",
                      registry);
    CHECK(select(*deployment, R"({"action":"join"})") == "join");
    CHECK(select(*deployment, R"({"action":"Join"})") == "Join");
    CHECK(select(*deployment, R"({"action":"JOIN"})") == "$default");
    CHECK(select(*deployment, R"({"action":"$default"})") == "$default");
    CHECK(select(*deployment, R"({"action":""})") == "$default");
    CHECK(select(*deployment, "{}") == "$default");
    CHECK(select(*deployment, "[1]") == "$default");
    CHECK(select(*deployment, "plain|text") == "$default");
    CHECK(select(*deployment, "") == "$default");
}

TEST_CASE(
    "a Lambda proxy integration calls the function that its URI names in the stage (spec config-plane 1.3)")
{
    auto registry = handlers();
    REQUIRE(registry.add({"lambda:wsEcho", false, nothing, nullptr}));
    api::Api api = test::make_api("a", {{"$default", "echo"}});
    api::Integration& integration = *api.routes.at("$default").integration;
    integration.integration_type = api::IntegrationType::AwsProxy;
    api::Stage stage;
    stage.stage_variables = {{"name", "wsEcho"}};
    const auto compile = [&](const std::string& uri) {
        integration.integration_uri = uri;
        return Deployment::compile(
            api, stage, std::make_shared<const integrations::HandlerRegistry>(registry));
    };
    for (const char* uri : {"lambda:wsEcho",
                            "lambda:${stageVariables.name}",
                            "arn:aws:lambda:us-east-1:1:function:wsEcho:live",
                            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
                            "arn:aws:lambda:us-east-1:1:function:${stageVariables.name}/invocations"}) {
        CAPTURE(uri);
        const auto compiled = compile(uri);
        REQUIRE(compiled.has_value());
        api::SelectionScratch scratch;
        CHECK((*compiled)->select("{}", scratch)->handler->name == "lambda:wsEcho");
    }
    CHECK(compile("lambda:${stageVariables.nobody}").error().detail ==
          "api a: route $default: only plugin and Lambda proxy integrations are supported yet");
    CHECK(compile("lambda:other").error().detail ==
          "api a: route $default: no handler named \"lambda:other\"");
}

TEST_CASE("without $default what matches no route selects nothing")
{
    const auto registry = handlers();
    const auto deployment = test::compile(test::make_api("a", {{"join", "echo"}}), "dev", registry);
    CHECK(select(*deployment, R"({"action":"join"})") == "join");
    CHECK(select(*deployment, R"({"action":"other"})") == "-");
    CHECK(select(*deployment, "plain") == "-");
    CHECK(select(*deployment, R"({"action":"$default"})") == "-");
}

TEST_CASE("a message never selects $connect or $disconnect (spec data-plane 3.1)")
{
    const auto registry = handlers();
    const std::vector<std::pair<std::string, std::string>> predefined{{"$connect", "echo"},
                                                                      {"$disconnect", "echo"}};
    const auto bare = test::compile(test::make_api("a", predefined), "dev", registry);
    CHECK(select(*bare, R"({"action":"$connect"})") == "-");
    CHECK(select(*bare, R"({"action":"$disconnect"})") == "-");
    REQUIRE(bare->connect() != nullptr);
    REQUIRE(bare->disconnect() != nullptr);
    CHECK(bare->connect()->key == "$connect");
    CHECK(bare->disconnect()->key == "$disconnect");

    auto with_default = predefined;
    with_default.emplace_back("$default", "echo");
    const auto full = test::compile(test::make_api("a", with_default), "dev", registry);
    CHECK(select(*full, R"({"action":"$connect"})") == "$default");
    CHECK(test::compile(test::make_api("a", {}), "dev", registry)->connect() == nullptr);
}

TEST_CASE("a static expression sends every JSON message to one route")
{
    const auto registry = handlers();
    api::Api api = test::make_api("a", {{"all", "echo"}, {"$default", "echo"}});
    api.route_selection_expression = "all";
    const auto deployment = test::compile(api, "dev", registry);
    CHECK(select(*deployment, R"({"action":"other"})") == "all");
    CHECK(select(*deployment, "not JSON") == "$default");
}

TEST_CASE("a compiled route knows its handler, its time and whether it answers")
{
    const auto registry = handlers();
    api::Api api = test::make_api("a", {{"!join", "chat.join"}, {"tell", "echo"}, {"ask", "echo"}});
    api.routes.at("ask").route_response_selection_expression = "$default";
    api.routes.at("ask").integration->timeout = std::chrono::milliseconds(50);
    api.disable_execute_api_endpoint = true;
    const auto deployment = test::compile(api, "dev", registry);
    api::SelectionScratch scratch;
    const gateway::Route* join = deployment->select(R"({"action":"join"})", scratch);
    REQUIRE(join != nullptr);
    CHECK(join->handler->name == "chat.join");
    CHECK(join->is_two_way);
    CHECK(join->timeout == std::chrono::milliseconds(1000));
    CHECK_FALSE(deployment->select(R"({"action":"tell"})", scratch)->is_two_way);
    CHECK(deployment->select(R"({"action":"ask"})", scratch)->is_two_way);
    CHECK(deployment->select(R"({"action":"ask"})", scratch)->timeout == std::chrono::milliseconds(50));
    CHECK(deployment->stage().api_id == "a");
    CHECK(deployment->stage().stage == "dev");
    CHECK(deployment->is_execute_api_disabled());
}

TEST_CASE("an API that cannot be served is refused with the reason")
{
    const auto has = [](const std::string& text, std::string_view part) {
        INFO(text);
        CHECK(text.find(part) != std::string::npos);
    };
    has(error_of(test::make_api("shop", {{"buy", "till"}})),
        "api shop: route buy: no handler named \"till\"");
    api::Api api = test::make_api("shop", {{"buy", "echo"}});
    CHECK(error_of(api) == "no error");
    api.routes.at("buy").integration->integration_type = api::IntegrationType::HttpProxy;
    has(error_of(api), "route buy");
    api.routes.at("buy").integration.reset();
    has(error_of(api), "route buy");
    api = test::make_api("shop", {});
    api.route_selection_expression = "$request.header.x";
    has(error_of(api), "selection expression");
}
