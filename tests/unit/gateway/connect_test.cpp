// SPDX-License-Identifier: Apache-2.0
#include "core/json.hpp"
#include "unit/gateway/support.hpp"

using namespace postern;
using test::FakeWaiter;
using test::GatewayFixture;

namespace {

const std::vector<std::pair<std::string, std::string>> kRoutes{{"$connect", "first"},
                                                               {"$disconnect", "second"}};

std::string header(const api::HttpReply& reply, std::string_view name)
{
    for (const api::Header& field : reply.headers) {
        if (field.name == name) return field.value;
    }
    return "";
}

/// One handshake on a fixture of its own.
struct Handshake {
    explicit Handshake(double connects_per_second = 0,
                       std::vector<std::pair<std::string, std::string>> routes = kRoutes)
        : f(routes, connects_per_second), client(*f.registry.reserve(), f.codec.encode({}))
    {}

    void connect() { f.connect(waiter, client.info()); }

    GatewayFixture f;
    test::FakeConnection client;
    FakeWaiter waiter;
};

}  // namespace

TEST_CASE("without a $connect route everybody is let in")
{
    Handshake h(0, {{"$default", "first"}});
    h.connect();
    CHECK(h.waiter.admitted == std::optional<std::string>(""));
    CHECK(h.f.gateway->open_calls() == 0);
    CHECK(h.f.handler().seen.empty());
}

TEST_CASE("2xx from $connect admits, with its subprotocol and nothing else (spec data-plane 1.2)")
{
    Handshake h;
    h.f.answers_at_once("first",
                        GENERATE(200, 201, 299),
                        "not for the client",
                        {{"X-Other", "dropped"}, {"sec-websocket-PROTOCOL", "chat"}});
    h.connect();
    CHECK(h.waiter.admitted == std::optional<std::string>("chat"));
    CHECK(h.waiter.verdicts == 1);
    CHECK(h.f.gateway->open_calls() == 0);
}

TEST_CASE("any other status refuses with status, body and headers (spec data-plane 1.4)")
{
    Handshake h;
    const int status = GENERATE(300, 401, 403, 501);
    h.f.answers_at_once("first", status, "go away", {{"X-Why", "because"}});
    h.connect();
    REQUIRE(h.waiter.refused.has_value());
    CHECK(h.waiter.refused->status == status);
    CHECK(h.waiter.refused->body == "go away");
    CHECK(header(*h.waiter.refused, "X-Why") == "because");
    CHECK_FALSE(h.waiter.admitted.has_value());
    CHECK(h.waiter.verdicts == 1);
}

TEST_CASE("a failing $connect refuses with 502 and the pipeline's body")
{
    Handshake h;
    h.f.handler().act = [](const auto&, auto) { return 1; };
    h.connect();
    REQUIRE(h.waiter.refused.has_value());
    CHECK(h.waiter.refused->status == 502);
    CHECK(h.waiter.refused->body == R"({"message": "Internal server error", "connectionId":")" +
                                        h.client.info().id.str() + R"(", "requestId":")" +
                                        h.f.handler().seen.at(0).request_id + "\"}");
    CHECK(header(*h.waiter.refused, "x-amz-apigw-id") == h.f.handler().seen[0].request_id);
}

TEST_CASE("a $connect that takes too long refuses with 504, and its late answer is nobody's")
{
    Handshake h;
    const SteadyMillis asked_at = h.f.clock.steady();
    h.connect();
    CHECK(h.f.handler().seen.at(0).wanted_until == asked_at + 1000);
    CHECK(h.waiter.verdicts == 0);
    h.f.pass(999);
    CHECK(h.waiter.verdicts == 0);
    h.f.pass(11);
    REQUIRE(h.waiter.refused.has_value());
    CHECK(h.waiter.refused->status == 504);
    CHECK(h.waiter.refused->body.starts_with(R"({"message": "Endpoint request timed out")"));
    h.f.answer(h.f.handler().seen.at(0).token, 200);
    CHECK(h.waiter.verdicts == 1);
}

TEST_CASE("the verdict may come later, and only once")
{
    Handshake h;
    h.connect();
    CHECK(h.waiter.verdicts == 0);
    const postern_token token = h.f.handler().seen.at(0).token;
    h.f.answer(token, 200, "", {{"Sec-WebSocket-Protocol", "late"}});
    h.f.answer(token, 403);
    h.f.pass(5000);
    CHECK(h.waiter.verdicts == 1);
    CHECK(h.waiter.admitted == std::optional<std::string>("late"));
}

TEST_CASE("the CONNECT event has the client's headers, AWS's and the query (spec data-plane 2)")
{
    Handshake h;
    h.connect();
    const auto event = json::parse(h.f.handler().seen.at(0).json);
    REQUIRE(event.has_value());
    const auto text = [&](const char* object, const char* name) {
        const rapidjson::Value* outer = json::find(*event, object);
        const rapidjson::Value* value = outer == nullptr ? nullptr : json::find(*outer, name);
        return value == nullptr || !value->IsString() ? "" : std::string(json::as_string(*value));
    };
    CHECK(text("headers", "X-Probe") == "yes");
    CHECK(text("headers", "X-Forwarded-For") == "203.0.113.250");
    CHECK(text("headers", "X-Forwarded-Port") == "8080");
    CHECK(text("headers", "X-Forwarded-Proto") == "http");
    CHECK(text("headers", "X-Amzn-Trace-Id").starts_with("Root=1-"));
    CHECK(text("queryStringParameters", "token") == "t");
    CHECK(text("requestContext", "eventType") == "CONNECT");
    CHECK(text("requestContext", "connectionId") == h.client.info().id.view());
    CHECK(json::find(*event, "body") == nullptr);
}

TEST_CASE("handshakes above the rate are refused with 429, before $connect is asked")
{
    Handshake h(2);
    for (int i = 0; i < 2; ++i) h.connect();
    CHECK(h.f.handler().seen.size() == 2);
    h.connect();
    REQUIRE(h.waiter.refused.has_value());
    CHECK(h.waiter.refused->status == 429);
    CHECK(h.waiter.refused->body.starts_with(R"({"message": "Too Many Requests")"));
    CHECK(h.f.handler().seen.size() == 2);
    h.f.clock.pass(500);
    h.connect();
    CHECK(h.f.handler().seen.size() == 3);
}
