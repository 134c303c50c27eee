// SPDX-License-Identifier: Apache-2.0
#include "app/function_specs.hpp"

#include "catch.hpp"

#include <filesystem>

using namespace postern;
using namespace postern::app;
using integrations::lambda::FunctionSpec;

namespace {

config::Settings settings_with(const std::string& runtime)
{
    config::Settings settings;
    settings.model.region = "eu-west-1";
    settings.model.account_id = "123456789012";
    api::Api& chat = settings.model.apis["chat"];
    chat.api_id = "chat";
    chat.stages["dev"].stage_name = "dev";
    chat.stages["prod"].stage_name = "prod";
    chat.stages["prod"].stage_variables = {{"f", "wsEcho"}};
    chat.routes["$default"].integration.emplace();
    chat.routes["$default"].integration->integration_type = api::IntegrationType::AwsProxy;
    chat.routes["$default"].integration->integration_uri = "lambda:${stageVariables.f}";
    api::Function& function = settings.model.functions["wsEcho"];
    function.function_name = "wsEcho";
    function.runtime = runtime;
    function.environment = {{"URL", "https://chat.execute-api.eu-west-1.amazonaws.com/prod"},
                            {"WSS", "wss://chat.execute-api.eu-west-1.amazonaws.com/prod"},
                            {"OTHER", "https://other.execute-api.eu-west-1.amazonaws.com/prod"}};
    return settings;
}

FunctionSurroundings surroundings()
{
    return {{{"", 8080, false}, {"", 9443, true}, {"", 8443, true, "/tls/ca.pem"}},
            "http://127.0.0.1:8081",
            "/tls/ca-bundle.pem",
            {"ASIATEST", "secret", "token", ""}};
}

FunctionSpec spec_of(const config::Settings& settings, const FunctionSurroundings& around = surroundings())
{
    const auto specs = function_specs(settings, around);
    REQUIRE(specs.size() == 1);
    return specs.front();
}

}  // namespace

TEST_CASE("a function's SDK is led to this gateway by its environment")  // spec config-plane 8.2
{
    const FunctionSpec spec = spec_of(settings_with("nodejs20.x"));
    CHECK(spec.arn == "arn:aws:lambda:eu-west-1:123456789012:function:wsEcho");
    CHECK(spec.region == "eu-west-1");
    CHECK(spec.gateway_environment ==
          api::StringMap{{"AWS_ACCESS_KEY_ID", "ASIATEST"},
                         {"AWS_SECRET_ACCESS_KEY", "secret"},
                         {"AWS_SESSION_TOKEN", "token"},
                         {"AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:8081"},
                         {"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", "http://127.0.0.1:8080/prod"},
                         {"POSTERN_GATEWAY_TLS", "127.0.0.1:8443"},
                         {"NODE_EXTRA_CA_CERTS", "/tls/ca.pem"},
                         {"AWS_CA_BUNDLE", "/tls/ca-bundle.pem"},
                         {"REQUESTS_CA_BUNDLE", "/tls/ca-bundle.pem"},
                         {"SSL_CERT_FILE", "/tls/ca-bundle.pem"}});
}

TEST_CASE("without a listener for it nothing is promised")
{
    const FunctionSpec spec =
        spec_of(settings_with("nodejs20.x"), {{{"", 443, true}}, "", "", {"A", "b", "c", ""}});
    CHECK(spec.gateway_environment == api::StringMap{{"AWS_ACCESS_KEY_ID", "A"},
                                                     {"AWS_SECRET_ACCESS_KEY", "b"},
                                                     {"AWS_SESSION_TOKEN", "c"}});
}

TEST_CASE("functions that run here call back at the ports with the development certificate")
{
    config::Settings settings = settings_with("nodejs20.x");
    CHECK(callback_ports(settings, surroundings()) == std::vector<std::uint16_t>{8443});
    settings.model.functions.at("wsEcho").endpoint = "http://127.0.0.1:9000";
    CHECK(callback_ports(settings, surroundings()).empty());
}

TEST_CASE("with several APIs an endpoint names its own")
{
    config::Settings settings = settings_with("nodejs20.x");
    settings.model.apis["a-first-one"].stages["dev"].stage_name = "dev";
    CHECK(spec_of(settings).gateway_environment.at("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI") ==
          "http://127.0.0.1:8080/chat/prod");
    settings.model.apis.at("chat").routes.clear();
    CHECK(spec_of(settings).gateway_environment.at("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI") ==
          "http://127.0.0.1:8080/a-first-one/dev");
}

TEST_CASE("a listener on one address is reached there")
{
    FunctionSurroundings around = surroundings();
    around.endpoints = {{"::1", 8080, false}, {"127.0.0.2", 8443, true, "/tls/ca.pem"}};
    const api::StringMap made = spec_of(settings_with("nodejs20.x"), around).gateway_environment;
    CHECK(made.at("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI") == "http://[::1]:8080/prod");
    CHECK(made.at("POSTERN_GATEWAY_TLS") == "127.0.0.2:8443");
}

TEST_CASE("URLs of this gateway's APIs stay for those who are led, and become local ones for the others")
{
    const api::StringMap led = spec_of(settings_with("python3.12")).function.environment;
    CHECK(led.at("URL") == "https://chat.execute-api.eu-west-1.amazonaws.com/prod");
    const api::StringMap local = spec_of(settings_with("provided.al2023")).function.environment;
    CHECK(local.at("URL") == "https://localhost:8443/prod");
    CHECK(local.at("WSS") == "wss://localhost:8443/prod");
    CHECK(local.at("OTHER") == "https://other.execute-api.eu-west-1.amazonaws.com/prod");
}

TEST_CASE("code and layers are absolute, for functions have directories of their own")
{
    config::Settings settings = settings_with("nodejs20.x");
    settings.model.functions.at("wsEcho").code_uri = "./src";
    settings.model.functions.at("wsEcho").layers = {"layer", "/opt/layer"};
    const FunctionSpec spec = spec_of(settings);
    const std::string here = std::filesystem::current_path().string();
    CHECK(spec.function.code_uri == here + "/src");
    CHECK(spec.function.layers == std::vector<std::string>{here + "/layer", "/opt/layer"});
}

TEST_CASE("a function that is elsewhere is told nothing")
{
    config::Settings settings = settings_with("");
    settings.model.functions.at("wsEcho").endpoint = "http://127.0.0.1:3001";
    CHECK(spec_of(settings).gateway_environment.empty());
}

TEST_CASE("function credentials are a temporary key of their own")
{
    const auto one = new_function_credentials("123456789012");
    const auto two = new_function_credentials("123456789012");
    CHECK(one.id.size() == 20);
    CHECK(one.id.starts_with("ASIA"));
    CHECK(one.id != two.id);
    CHECK(one.secret.size() == 40);
    CHECK(one.secret != two.secret);
    CHECK(one.session_token != two.session_token);
    CHECK(one.user_arn == "arn:aws:sts::123456789012:assumed-role/postern-functions/function");
}
