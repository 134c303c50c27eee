// SPDX-License-Identifier: Apache-2.0
#include "unit/gateway/support.hpp"

#include <sstream>

using namespace postern;
using test::FakeConnection;
using test::GatewayFixture;

namespace {

const std::vector<std::pair<std::string, std::string>> kRoutes{
    {"$connect", "second"}, {"!ask", "first"}, {"$disconnect", "second"}, {"!slow", "blocking"}};

constexpr const char* kAsk = R"({"action":"ask"})";

/// Keeps what it is given.
class Kept final : public LineDestination {
public:
    void append(std::string_view lines) override { text += lines; }
    std::uint64_t dropped() const override { return 0; }
    const std::string& name() const override { return text; }

    /// The lines since the last time.
    std::vector<std::string> take()
    {
        std::istringstream stream(std::exchange(text, {}));
        std::vector<std::string> lines;
        for (std::string line; std::getline(stream, line);) lines.push_back(line);
        return lines;
    }
    std::string text;
};

/// A stage with both logs.
struct LoggedFixture : GatewayFixture {
    explicit LoggedFixture(api::LoggingLevel level = api::LoggingLevel::Off, bool has_data_trace = false)
        : GatewayFixture(kRoutes)
    {
        auto logs = std::make_shared<observability::StageLogs>();
        logs->access_format = *api::AccessLogFormat::parse(
            "$context.requestId $context.eventType $context.routeKey $context.status "
            "$context.integrationLatency $context.error.responseType $context.connectionId");
        logs->access = access;
        logs->execution = execution;
        api::Stage settings;
        settings.stage_name = "dev";
        settings.default_route_settings.logging_level = level;
        settings.default_route_settings.data_trace_enabled = has_data_trace;
        stage->current =
            *gateway::Deployment::compile(test::make_api("api", kRoutes),
                                          settings,
                                          std::make_shared<const integrations::HandlerRegistry>(handlers),
                                          logs);
    }

    /// The lines of the access log without their first word, the request id.
    std::vector<std::string> told()
    {
        std::vector<std::string> lines = access->take();
        for (std::string& line : lines) line.erase(0, line.find(' ') + 1);
        return lines;
    }
    /// The lines of the execution log without time and request id.
    std::vector<std::string> traced()
    {
        std::vector<std::string> lines = execution->take();
        for (std::string& line : lines) line.erase(0, line.find(") ") + 2);
        return lines;
    }

    std::shared_ptr<Kept> access = std::make_shared<Kept>();
    std::shared_ptr<Kept> execution = std::make_shared<Kept>();
};

std::string id_of(const FakeConnection& connection)
{
    return connection.info().id.str();
}

bool has(const std::vector<std::string>& lines, const std::string& line)
{
    return std::find(lines.begin(), lines.end(), line) != lines.end();
}

}  // namespace

TEST_CASE("each message has one line, with what became of it")
{
    LoggedFixture f;
    FakeConnection& client = f.open();
    f.answers_at_once("first", 503, "answer");
    f.message(client, kAsk);
    CHECK(f.told() == std::vector<std::string>{"MESSAGE ask 503 0 - " + id_of(client)});

    f.handler().act = [](const auto&, auto) { return 1; };
    f.message(client, kAsk);
    CHECK(f.told() == std::vector<std::string>{"MESSAGE ask 502 0 INTEGRATION_FAILURE " + id_of(client)});

    f.message(client, "no route");
    CHECK(f.told() == std::vector<std::string>{"MESSAGE - 403 - DEFAULT_4XX " + id_of(client)});
    CHECK(f.execution->text.empty());
}

TEST_CASE("the line comes with the answer, has the id that the handler saw, and outlives the client")
{
    LoggedFixture f;
    FakeConnection& client = f.open();
    const std::string id = id_of(client);
    f.handler().act = nullptr;
    f.message(client, kAsk);
    CHECK(f.access->text.empty());
    f.registry.dismiss(client.info().address);
    f.connections.clear();
    f.clock.pass(41);
    f.answer(f.handler().seen.at(0).token, 200, "late");
    CHECK(f.access->text == f.handler().seen.at(0).request_id + " MESSAGE ask 200 41 - " + id + "\n");
}

TEST_CASE("a timeout has a line in both logs, once")
{
    LoggedFixture f(api::LoggingLevel::Error);
    FakeConnection& client = f.open();
    f.handler().act = nullptr;
    f.message(client, kAsk);
    f.pass(1010);
    CHECK(f.told() == std::vector<std::string>{"MESSAGE ask 504 1010 INTEGRATION_TIMEOUT " + id_of(client)});
    CHECK(f.traced() == std::vector<std::string>{"Execution failed due to a timeout error"});
    f.answer(f.handler().seen.at(0).token, 200);
    CHECK(f.access->text.empty());
}

TEST_CASE("a function's failure and its request id have AWS's lines")  // spec captures 3.6
{
    const auto fail = [](LoggedFixture& f, FakeConnection& client) {
        f.handler().act = nullptr;
        f.message(client, kAsk);
        f.shard.run([&] {
            integrations::InvocationNote note;
            note.request_id = "uuid";
            note.payload = std::make_shared<const std::string>(R"({"errorMessage":"boom"})");
            note.function_error = "boom";
            f.gateway->on_failure(f.handler().seen.at(0).token.call,
                                  {api::Refusal::IntegrationFailed, "for people", note});
        });
    };
    const std::string kFailed =
        "Lambda execution failed with status 200 due to customer function error: boom. Lambda request id: "
        "uuid";
    LoggedFixture at_error(api::LoggingLevel::Error);
    fail(at_error, at_error.open());
    CHECK(at_error.traced() == std::vector<std::string>{kFailed});

    LoggedFixture at_info(api::LoggingLevel::Info);
    FakeConnection& client = at_info.open();
    fail(at_info, client);
    std::vector<std::string> lines = at_info.traced();
    lines.erase(lines.begin(), lines.end() - 3);
    CHECK(lines == std::vector<std::string>{kFailed,
                                            "AWS Integration Endpoint RequestId : uuid",
                                            "Message from client [Connection Id: " + id_of(client) +
                                                "] sent to API [api] with response status code [502]."});

    LoggedFixture traced(api::LoggingLevel::Info, true);
    fail(traced, traced.open());
    lines = traced.traced();
    CHECK(has(lines, "Received response. Status: 200, Integration latency: 0 ms"));
    CHECK(has(lines, R"(Endpoint response body before transformations: {"errorMessage":"boom"})"));
}

TEST_CASE("a connect has one line whoever decides, and so has a disconnect")
{
    LoggedFixture f(api::LoggingLevel::Info);
    FakeConnection& client = f.open();
    test::FakeWaiter waiter;
    f.answers_at_once("second", 200, "");
    f.connect(waiter, client.info());
    CHECK(f.told() == std::vector<std::string>{"CONNECT $connect 200 0 - " + id_of(client)});
    CHECK(f.traced().back() ==
          "Client [Connection Id: " + id_of(client) + "] connected to API [api] successfully.");

    f.answers_at_once("second", 403, "");
    f.connect(waiter, client.info());
    CHECK(f.told() == std::vector<std::string>{"CONNECT $connect 403 0 - " + id_of(client)});
    CHECK(f.traced().back() == "Client [Connection Id: " + id_of(client) +
                                   "] failed to connect to API [api] with response status code [403].");

    f.answers_at_once("second", 204, "");
    f.shard.run([&] { f.gateway->on_disconnect(client.info(), *f.stage, 1000, "probe-complete"); });
    CHECK(f.told() == std::vector<std::string>{"DISCONNECT $disconnect 204 0 - " + id_of(client)});
    CHECK(f.traced().back() == "Client [Connection Id: " + id_of(client) +
                                   "] disconnected from API [api] with integration response status code "
                                   "[204]. Close reason: [1000: probe-complete]");
}

TEST_CASE("the line of a handshake for which there is no room says so, as its answer does")
{
    LoggedFixture f;
    FakeConnection& client = f.open();
    f.limits.pending_connects_max = 1;
    f.limits.queued_connects_max = 0;
    test::FakeWaiter first;
    test::FakeWaiter second;
    f.connect(first, client.info());
    f.connect(second, client.info());
    REQUIRE(second.refused.has_value());
    CHECK(second.refused->status == 503);
    CHECK(f.told() == std::vector<std::string>{"CONNECT $connect 503 - DEFAULT_5XX " + id_of(client)});
}

TEST_CASE("data trace shows the event and the answer, without the handshake's secrets")
{
    LoggedFixture f(api::LoggingLevel::Info, true);
    FakeConnection& client = f.open();
    f.answers_at_once("first", 200, "answer", {{"X-Test", "yes"}});
    f.message(client, kAsk);
    const std::vector<std::string> lines = f.traced();
    CHECK(lines.size() == 15);
    CHECK(has(lines, "Endpoint request URI: plugin:first"));
    CHECK(has(lines, "Endpoint request body after transformations: " + f.handler().seen.at(0).json));
    CHECK(has(lines, "Received response. Status: 200, Integration latency: 0 ms"));
    CHECK(has(lines, "Endpoint response headers: {X-Test=yes}"));
    CHECK(has(lines, "Endpoint response body before transformations: answer"));

    test::FakeWaiter waiter;
    f.answers_at_once("second", 200, "");
    f.connect(waiter, client.info());
    CHECK(f.execution->text.find(R"("queryStringParameters":{"token":"***"})") != std::string::npos);
    CHECK(f.handler("second").seen.at(0).json.find(R"("queryStringParameters":{"token":"t"})") !=
          std::string::npos);
}
