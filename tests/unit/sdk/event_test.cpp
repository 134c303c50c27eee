// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "unit/sdk/test_plugin.hpp"

#include <postern/plugin.hpp>

using postern::Event;
using postern::Reply;
using postern::testing::Harness;

namespace {

/// Calls `look` with the event of the handler "look".
std::function<void(const Event&)> look;

void setup(postern::Setup& setup)
{
    setup.on("look", [](const Event& event, Reply reply) {
        look(event);
        reply.nothing();
    });
}

}  // namespace

TEST_CASE("a connect event shows the handshake in AWS's words")
{
    Harness harness(&query_of<setup>);
    bool was_called = false;
    look = [&](const Event& event) {
        was_called = true;
        CHECK(event.event_type() == postern::EventType::Connect);
        CHECK(event.route_key() == "$connect");
        CHECK(event.connection_id() == "ann");
        CHECK(event.source_ip() == "203.0.113.9");
        CHECK(event.user_agent() == "probe/1");
        CHECK(event.stage() == "test");
        CHECK_FALSE(event.api_id().empty());
        CHECK_FALSE(event.domain_name().empty());
        CHECK(event.connected_at() > postern::Time{});
        CHECK(event.body().empty());

        std::string names;
        for (const auto [name, value] : event.headers()) names += std::string(name) + ";";
        CHECK(names == "Cookie;X-Room;x-room;");
        CHECK(event.headers().size() == 3);
        CHECK(event.header("COOKIE") == "a=b");
        CHECK(event.header("x-room") == "second");
        CHECK_FALSE(event.header("x-roo").has_value());
        CHECK(event.query("room") == "blue");
        CHECK(event.query("empty") == "");
        CHECK_FALSE(event.query("ROOM").has_value());
    };
    harness.connect("look",
                    {.id = "ann",
                     .headers = {{"Cookie", "a=b"}, {"X-Room", "first"}, {"x-room", "second"}},
                     .query = {{"room", "tea"}, {"empty", ""}, {"room", "blue"}},
                     .source_ip = "203.0.113.9",
                     .user_agent = "probe/1"});
    CHECK(was_called);
}

TEST_CASE("a message event has a body and ids, and no headers")
{
    Harness harness(&query_of<setup>);
    harness.set_stage_variable("tenant", "acme");
    look = [](const Event& event) {
        CHECK(event.event_type() == postern::EventType::Message);
        CHECK(event.route_key() == "$default");
        CHECK(event.body() == "hello");
        CHECK_FALSE(event.is_binary());
        CHECK(event.headers().empty());
        CHECK(event.query().empty());
        CHECK_FALSE(event.user_agent().has_value());
        CHECK_FALSE(event.request_id().empty());
        CHECK_FALSE(event.message_id().empty());
        CHECK(event.stage_variable("tenant") == "acme");
        CHECK_FALSE(event.stage_variable("other").has_value());
    };
    harness.message("look", "hello", {.id = "ann"}, "$default");
}

TEST_CASE("a disconnect event has the close code and the reason")
{
    Harness harness(&query_of<setup>);
    look = [](const Event& event) {
        CHECK(event.event_type() == postern::EventType::Disconnect);
        CHECK(event.route_key() == "$disconnect");
        CHECK(event.disconnect_status_code() == 1009);
        CHECK(event.disconnect_reason() == "too big");
    };
    harness.disconnect("look", {.id = "ann"}, 1009, "too big");
}

TEST_CASE("the event JSON has the keys of AWS's event in AWS's order")
{
    Harness harness(&query_of<setup>);
    std::string json;
    look = [&](const Event& event) { json = event.json(); };

    harness.message("look", "say \"hi\"\n", {.id = "ann", .user_agent = "probe"});
    CHECK(
        json ==
        R"({"requestContext":{"routeKey":"look","messageId":"message-0=","eventType":"MESSAGE",)"
        R"("extendedRequestId":"request-0=","requestTime":"15/Jan/2026:12:00:00 +0000","messageDirection":"IN",)"
        R"("stage":"test","connectedAt":1768478400000,"requestTimeEpoch":1768478400000,)"
        R"("identity":{"userAgent":"probe","sourceIp":"127.0.0.1"},"requestId":"request-0=",)"
        R"("domainName":"localhost","connectionId":"ann","apiId":"testapi001"},)"
        R"("body":"say \"hi\"\u000a","isBase64Encoded":false})");

    harness.set_stage_variable("tenant", "acme");
    harness.connect("look",
                    {.id = "ann", .headers = {{"b", "1"}, {"A", "2"}, {"b", "3"}}, .query = {{"q", "x"}}});
    CHECK(
        json.starts_with(R"({"headers":{"A":"2","b":"3"},"multiValueHeaders":{"A":["2"],"b":["1","3"]},)"
                         R"("queryStringParameters":{"q":"x"},"multiValueQueryStringParameters":{"q":["x"]},)"
                         R"("stageVariables":{"tenant":"acme"},"requestContext":{"routeKey":"$connect",)"));
    CHECK(json.ends_with(R"("apiId":"testapi001"},"isBase64Encoded":false})"));

    harness.disconnect("look", {.id = "ann"}, 1001, "Going away");
    CHECK(json.starts_with(
        R"({"headers":{"Host":"localhost","x-api-key":"","X-Forwarded-For":"","x-restapi":""},)"));
    CHECK(json.find(R"("disconnectStatusCode":1001,"eventType":"DISCONNECT")") != std::string::npos);
    CHECK(json.find(R"("disconnectReason":"Going away")") != std::string::npos);
}
