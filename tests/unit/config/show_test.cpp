// SPDX-License-Identifier: Apache-2.0
#include "config/show.hpp"

#include "catch.hpp"
#include "core/json.hpp"
#include "support.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace postern;
using namespace postern::config;

namespace {

const std::string kConfigDirectory = std::string(POSTERN_SOURCE_DIR) + "/config/";

std::string content_of(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("The example configuration loads")
{
    const Loaded loaded = load_file(kConfigDirectory + "postern.yaml");
    for (const Diagnostic& problem : loaded.problems) UNSCOPED_INFO(to_string(problem));
    CHECK(loaded.problems.empty());
}

TEST_CASE("The examples' configurations load")
{
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::string(POSTERN_SOURCE_DIR) + "/examples")) {
        if (entry.path().extension() != ".yaml") continue;
        const Loaded loaded = load_file(entry.path().string());
        for (const Diagnostic& problem : loaded.problems) UNSCOPED_INFO(to_string(problem));
        CHECK(loaded.problems.empty());
    }
}

TEST_CASE("The schema is JSON, and the one in the tree is this program's")
{
    const Result<rapidjson::Document> schema = json::parse(schema_json());
    REQUIRE(schema.has_value());
    CHECK(json::find(*schema, "definitions") != nullptr);
    // When this fails: postern config schema > config/postern.schema.json, and tools/configuration_page.py.
    CHECK((content_of(kConfigDirectory + "postern.schema.json") == schema_json()));
}

TEST_CASE("The schema says what the loader does")
{
    const Result<rapidjson::Document> parsed = json::parse(schema_json());
    const rapidjson::Value& definitions = (*parsed)["definitions"];
    const rapidjson::Value& limits = definitions["limits"]["properties"];
    CHECK(json::as_string(limits["idleTimeout"]["default"]) == "10m");
    CHECK(json::as_string(limits["idleTimeout"]["x-range"]) == "0 to 720h");
    CHECK(json::as_string(limits["ordering"]["enum"][1]) == "connection");
    const rapidjson::Value& route = definitions["route"]["oneOf"][1];
    CHECK(json::as_string(route["required"][0]) == "integration");
    CHECK(json::as_string(route["properties"]["authorizationType"]["const"]) == "NONE");
    CHECK(json::as_string(route["properties"]["authorizationType"]["x-support"]) == "not yet");
    CHECK(json::find(route["properties"], "target") == nullptr);
    CHECK(route["additionalProperties"].IsFalse());
    CHECK(json::dump(definitions["gateway"]["properties"]["listeners"]["default"]) ==
          R"([{"port":8080},{"port":8443,"tls":"development"}])");
    const rapidjson::Value& port = definitions["listener"]["properties"]["port"];
    CHECK(json::find(port, "default") == nullptr);  // it is required
    CHECK(json::as_string(definitions["api"]["properties"]["stages"]["propertyNames"]["description"])
              .find("other than ping and sping") != std::string::npos);
}

TEST_CASE("Routes are a table with aligned columns")
{
    const Loaded loaded = load_text(
        "apis:\n"
        "  chat:\n"
        "    routes:\n"
        "      $default: { integration: \"plugin:echo\", routeResponse: true }\n"
        "      grüße: { integration: { plugin: chat.say, timeoutInMillis: 1500 } }\n"
        "    stages: { dev: , prod: }\n"
        "plugins: { chat: { library: x.so } }\n",
        "t.yaml");
    REQUIRE(loaded.problems.empty());
    CHECK(routes_table(loaded.settings) ==
          "API   STAGES    ROUTE     INTEGRATION      TWO-WAY  TIMEOUT\n"
          "chat  dev,prod  $default  plugin:echo      yes      29s\n"
          "chat  dev,prod  grüße     plugin:chat.say  no       1500ms\n");
}

TEST_CASE("Effective values are one a line with where they came from")
{
    const std::string shown = print_effective(load_text(kOneApi, "t.yaml"));
    CHECK(shown.find("apis.a.routes.$default.integration.integrationUri  ") != std::string::npos);
    CHECK(shown.find("= plugin:echo  ") != std::string::npos);
    CHECK(shown.find("# t.yaml:1\n") != std::string::npos);
    CHECK(shown.find("# default\n") != std::string::npos);
}
