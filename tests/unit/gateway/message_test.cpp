// SPDX-License-Identifier: Apache-2.0
#include "unit/gateway/support.hpp"

using namespace postern;
using test::FakeConnection;
using test::GatewayFixture;

namespace {

const std::vector<std::pair<std::string, std::string>> kRoutes{
    {"!ask", "first"}, {"tell", "first"}, {"$disconnect", "second"}, {"!slow", "blocking"}};

constexpr const char* kAsk = R"({"action":"ask"})";
constexpr const char* kTell = R"({"action":"tell"})";

std::string error_frame(std::string_view message,
                        const FakeConnection& connection,
                        std::string_view request_id)
{
    return "{\"message\": \"" + std::string(message) + "\", \"connectionId\":\"" +
           connection.info().id.str() + "\", \"requestId\":\"" + std::string(request_id) + "\"}";
}

}  // namespace

TEST_CASE("an answer goes to the client of a two-way route, whatever its status (spec data-plane 4)")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    const int status = GENERATE(100, 200, 404, 501, 599);
    f.answers_at_once("first", status, "answer");
    f.message(client, kAsk);
    CHECK(client.sent == std::vector<std::string>{"answer"});
    CHECK(f.gateway->open_calls() == 0);
    CHECK(client.held == 0);
    REQUIRE(f.handler().seen.size() == 1);
    CHECK(f.handler().seen[0].type == "MESSAGE");
    CHECK(f.handler().seen[0].route_key == "ask");
    CHECK(f.handler().seen[0].body == kAsk);
    CHECK(f.handler().seen[0].connection_id == client.info().id.view());
}

TEST_CASE("a one-way route sends nothing, an empty answer neither")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    f.answers_at_once("first", 200, "answer");
    f.message(client, kTell);
    f.answers_at_once("first", 200, "");
    f.message(client, kAsk);
    CHECK(client.sent.empty());
    CHECK(f.gateway->open_calls() == 0);
}

TEST_CASE("a message for which there is no route is answered Forbidden, and the client stays")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    f.message(client, R"({"action":"other"})");
    REQUIRE(client.sent.size() == 1);
    CHECK(
        client.sent[0].starts_with(R"({"message": "Forbidden", "connectionId":")" + client.info().id.str()));
    CHECK(client.closed.first == 0);
    CHECK(f.handler().seen.empty());
}

TEST_CASE(
    "a failing handler is told as an internal error, with the event's request id, on one-way routes too")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    f.handler().act = [](const auto&, auto) { return 1; };
    f.message(client, GENERATE(kAsk, kTell));
    REQUIRE(client.sent.size() == 1);
    CHECK(client.sent[0] == error_frame("Internal server error", client, f.handler().seen.at(0).request_id));
    CHECK(client.closed.first == 0);
    CHECK(f.gateway->open_calls() == 0);
}

TEST_CASE("a status that is none is an internal error")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    f.answers_at_once("first", GENERATE(0, 99, 600, -200), "answer");
    f.message(client, kAsk);
    CHECK(client.sent.at(0) ==
          error_frame("Internal server error", client, f.handler().seen.at(0).request_id));
}

TEST_CASE("a later answer finds its client, which is held until then")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    f.message(client, kAsk);
    f.message(client, kAsk);
    CHECK(client.held == 2);
    CHECK(f.gateway->open_calls() == 2);
    f.answer(f.handler().seen.at(1).token, 200, "second");
    CHECK(client.held == 1);
    f.answer(f.handler().seen.at(0).token, 200, "first");
    CHECK(client.sent == std::vector<std::string>{"second", "first"});
    CHECK(client.held == 0);
    CHECK(f.gateway->open_calls() == 0);
    f.pass(10'000);
    CHECK(client.sent.size() == 2);
}

TEST_CASE("only the first answer of a call counts")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    f.message(client, kAsk);
    const postern_token token = f.handler().seen.at(0).token;
    f.answer(token, 200, "first");
    f.answer(token, 200, "second");
    f.shard.run([&] { f.gateway->on_failure(token.call, {api::Refusal::IntegrationFailed, "late"}); });
    f.message(client, kAsk);  // has the slot, but not the number
    f.answer(token, 200, "third");
    CHECK(client.sent == std::vector<std::string>{"first"});
    CHECK(client.held == 1);
}

TEST_CASE("a call that is answered again while its answer is sent ends once")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    postern_token token{};
    // As a full outbox does: the connection ends, and its $disconnect handler answers whatever is open.
    client.on_send = [&] { f.gateway->on_reply(token.call, {200, "again", false, {}}); };
    const auto ends_once = [&](const auto& answer) {
        f.message(client, kAsk);
        token = f.handler().seen.back().token;
        client.sent.clear();
        answer();
        CHECK(client.sent.size() == 1);
        CHECK(client.held == 0);
        CHECK(f.gateway->open_calls() == 0);
    };
    SECTION("by its handler")
    {
        ends_once([&] { f.answer(token, 200, "once"); });
    }
    SECTION("by its deadline")
    {
        ends_once([&] { f.pass(1000); });
    }
    client.on_send = nullptr;
    f.message(client, kAsk);
    f.message(client, kAsk);
    CHECK(f.handler().seen.at(1).token.call != f.handler().seen.at(2).token.call);
    CHECK(f.gateway->open_calls() == 2);
}

TEST_CASE("a handler that answers and then fails has answered")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    f.handler().act = [&](const auto&, postern_token token) {
        f.gateway->on_reply(token.call, {200, "answer", false, {}});
        return 1;
    };
    f.message(client, kAsk);
    CHECK(client.sent == std::vector<std::string>{"answer"});
}

TEST_CASE("an answer that does not come in time is told as a timeout, not a moment early")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    const SteadyMillis asked_at = f.clock.steady();
    f.message(client, kAsk);
    CHECK(f.handler().seen.at(0).wanted_until == asked_at + 1000);
    f.pass(999);
    CHECK(client.sent.empty());
    f.pass(11);
    REQUIRE(client.sent.size() == 1);
    CHECK(client.sent[0] ==
          error_frame("Endpoint request timed out", client, f.handler().seen.at(0).request_id));
    CHECK(client.held == 0);
    CHECK(f.gateway->open_calls() == 0);
    f.answer(f.handler().seen.at(0).token, 200, "late");
    CHECK(client.sent.size() == 1);
}

TEST_CASE("a handler has all of its time, however late in the turn it is asked")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    f.shard.run([&] {
        f.clock.pass(500);
        f.gateway->on_message(client, *f.stage, kAsk, false);
    });
    f.pass(999);
    CHECK(client.sent.empty());
    f.pass(11);
    CHECK(client.sent.size() == 1);
}

TEST_CASE("an answer for a client that has gone is dropped, also when another has its slot")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    f.message(client, kAsk);
    f.registry.release(client.info().address);
    FakeConnection& next = f.open();
    CHECK(next.info().address.slot == client.info().address.slot);
    SECTION("an answer")
    {
        f.answer(f.handler().seen.at(0).token, 200, "answer");
    }
    SECTION("a failure")
    {
        f.shard.run([&] {
            f.gateway->on_failure(f.handler().seen.at(0).token.call,
                                  {api::Refusal::IntegrationFailed, "why"});
        });
    }
    SECTION("a timeout")
    {
        f.pass(2000);
    }
    CHECK(client.sent.empty());
    CHECK(next.sent.empty());
    CHECK(next.held == 0);
    CHECK(f.gateway->open_calls() == 0);
}

TEST_CASE("an answer passes at the message limit and closes with 1009 above it (spec data-plane 4)")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    f.message(client, kAsk);
    f.message(client, kAsk);
    f.answer(f.handler().seen.at(0).token, 200, std::string(131'072, 'x'));
    CHECK(client.sent.size() == 1);
    CHECK(client.closed.first == 0);
    f.answer(f.handler().seen.at(1).token, 200, std::string(131'073, 'x'));
    CHECK(client.sent.size() == 1);
    CHECK(client.closed.first == 1009);
    CHECK(client.held == 0);
}

TEST_CASE("an answer is text: what is not UTF-8 becomes it, unless binary is accepted")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    f.answers_at_once("first", 200, "a\xFFz");
    f.message(client, kAsk);
    CHECK(client.sent.at(0) == "a\xEF\xBF\xBDz");
    f.handler().act = [&](const auto&, postern_token token) {
        f.gateway->on_reply(token.call, {200, "a\xFFz", true, {}});
        return 0;
    };
    f.message(client, kAsk);
    CHECK(client.sent.at(1) == "a\xEF\xBF\xBDz");
    CHECK_FALSE(client.has_sent_binary);
    f.limits.accept_binary = true;
    f.message(client, kAsk);
    CHECK(client.sent.at(2) == "a\xFFz");
    CHECK(client.has_sent_binary);
}

TEST_CASE("today's deployment decides, also for connections that are older (spec data-plane 3.1)")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    f.message(client, kAsk);
    f.answers_at_once("second", 200, "from the new one");
    f.stage->current = test::compile(test::make_api("api", {{"!ask", "second"}}), "dev", f.handlers);
    f.message(client, kAsk);
    CHECK(client.sent == std::vector<std::string>{"from the new one"});
    // What the former deployment was asked is still answered as it says.
    f.answer(f.handler().seen.at(0).token, 200, "from the old one");
    CHECK(client.sent.size() == 2);
    CHECK(f.gateway->open_calls() == 0);
}

TEST_CASE("a message of a stage that is gone closes the connection")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    f.stage->current = nullptr;
    f.message(client, kAsk);
    CHECK(client.closed == std::pair<std::uint16_t, std::string>{1001, "Going away"});
    f.shard.run([&] { f.gateway->on_disconnect(client.info(), *f.stage, 1001, "Going away"); });
    CHECK(f.gateway->open_calls() == 0);
}

TEST_CASE("$disconnect is told code and reason, and its answer is nobody's (spec data-plane 5)")
{
    GatewayFixture f(kRoutes);
    const FakeConnection& client = f.open();
    const auto disconnect = [&] {
        f.shard.run([&] {
            f.gateway->on_disconnect(client.info(), *f.stage, 1005, "Client-side close frame status not set");
        });
    };
    SECTION("answered")
    {
        f.answers_at_once("second", 500, "ignored");
    }
    SECTION("failed")
    {
        f.handler("second").act = [](const auto&, auto) { return 1; };
    }
    SECTION("never answered") {}
    disconnect();
    REQUIRE(f.handler("second").seen.size() == 1);
    const test::SeenEvent& event = f.handler("second").seen[0];
    CHECK(event.type == "DISCONNECT");
    CHECK(event.route_key == "$disconnect");
    CHECK(event.disconnect_code == 1005);
    CHECK(event.disconnect_reason == "Client-side close frame status not set");
    CHECK(event.json.find(R"("disconnectStatusCode":1005)") != std::string::npos);
    CHECK(event.wanted_until == api::Invocation::kForever);  // it is for the backend, which cleans up
    f.pass(2000);
    CHECK(f.gateway->open_calls() == 0);
    CHECK(client.sent.empty());
}

TEST_CASE("a handler that blocks runs elsewhere and its answer comes home")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    const std::thread::id here = std::this_thread::get_id();
    const postern_host table = f.host.table();
    f.handler("blocking").act = [&](const postern_event& event, postern_token token) {
        postern_reply reply{};
        reply.size = sizeof(reply);
        reply.status_code = 200;
        reply.body = std::this_thread::get_id() == here ? postern_text{"here", 4} : event.body;
        table.reply(table.context, token, &reply);
        return 0;
    };
    f.message(client, R"({"action":"slow"})");
    CHECK(client.held == 1);
    while (client.sent.empty()) f.shard.io().run_one();  // the answer, posted by the worker
    CHECK(client.sent == std::vector<std::string>{R"({"action":"slow"})"});
    CHECK(client.held == 0);
}

TEST_CASE("a handler that blocks and fails is told as an internal error, also when nobody is free to run it")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    f.handler("blocking").act = [](const auto&, auto) { return 1; };
    f.message(client, R"({"action":"slow"})");
    while (client.sent.empty()) f.shard.io().run_one();
    CHECK(client.sent.size() == 1);

    REQUIRE(f.workers.stop(std::chrono::hours(1)));
    f.message(client, R"({"action":"slow"})");
    REQUIRE(client.sent.size() == 2);
    CHECK(client.sent[1].starts_with(R"({"message": "Internal server error")"));
    CHECK(client.held == 0);
    CHECK(f.gateway->open_calls() == 0);
}

TEST_CASE("a handler may send to its own connection and to others before it answers")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    FakeConnection& other = f.open();
    f.handler().act = [&](const auto&, postern_token token) {
        other.send("to the other", false);
        client.send("before", false);
        f.gateway->on_reply(token.call, {200, "answer", false, {}});
        return 0;
    };
    f.message(client, kAsk);
    CHECK(client.sent == std::vector<std::string>{"before", "answer"});
    CHECK(other.sent == std::vector<std::string>{"to the other"});
}
