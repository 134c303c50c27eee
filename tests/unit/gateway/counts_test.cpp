// SPDX-License-Identifier: Apache-2.0
#include "observability/prometheus_text.hpp"
#include "unit/gateway/support.hpp"

#include <sstream>

using namespace postern;
using test::FakeConnection;
using test::FakeWaiter;
using test::GatewayFixture;

namespace {

const std::vector<std::pair<std::string, std::string>> kRoutes{
    {"$connect", "first"}, {"$disconnect", "second"}, {"!ask", "first"}, {"tell", "first"}};

constexpr const char* kAsk = R"({"action":"ask"})";
constexpr const char* kTell = R"({"action":"tell"})";

/// All series of AWS's six that are not 0, as "metric route [direction] value"; of the histogram its
/// count and, when it is not 0, its sum.
std::vector<std::string> counted(const GatewayFixture& f)
{
    observability::PrometheusText text;
    f.metrics.write(text);
    std::istringstream page(text.take());
    std::vector<std::string> found;
    const std::string stage = "{api=\"api\",stage=\"dev\",route=\"";
    for (std::string line; std::getline(page, line);) {
        const std::size_t labels = line.find(stage);
        if (labels == std::string::npos || line.ends_with(" 0")) continue;
        if (line.find("_bucket{") != std::string::npos) continue;
        const std::string name = line.substr(8, labels - 8);  // without "postern_"
        const std::string rest = line.substr(labels + stage.size());
        const bool is_in = rest.find("\"in\"") != std::string::npos;
        const bool is_out = rest.find("\"out\"") != std::string::npos;
        found.push_back(name + " " + rest.substr(0, rest.find('"')) +
                        (is_in    ? " in"
                         : is_out ? " out"
                                  : "") +
                        rest.substr(rest.rfind(' ')));
    }
    return found;
}

using Counted = std::vector<std::string>;

std::uint64_t hits(GatewayFixture& f, observability::Limit limit)
{
    return f.gateway->counts().limits[static_cast<std::size_t>(limit)].value();
}

}  // namespace

TEST_CASE("a two-way message counts in and out, with its latency")
{
    GatewayFixture f(kRoutes);
    f.handler().act = [&](const auto&, postern_token token) {
        f.clock.pass(30);
        f.gateway->on_reply(token.call, {200, "answer", false, {}});
        return 0;
    };
    f.message(f.open(), kAsk);
    CHECK(counted(f) == Counted{"message_count_total ask in 1",
                                "message_count_total ask out 1",
                                "integration_latency_seconds_sum ask 0.03",
                                "integration_latency_seconds_count ask 1"});
}

TEST_CASE("a one-way message counts in only; an answer that nobody gets does not count out")
{
    GatewayFixture f(kRoutes);
    f.answers_at_once("first", 200, "answer");
    FakeConnection& client = f.open();
    f.message(client, kTell);
    client.is_full = true;
    f.message(client, kAsk);
    CHECK(counted(f) == Counted{"message_count_total ask in 1",
                                "message_count_total tell in 1",
                                "integration_latency_seconds_count ask 1",
                                "integration_latency_seconds_count tell 1"});
}

TEST_CASE("an answer of 400 or more is an integration error")
{
    const int status = GENERATE(399, 400, 500, 599);
    GatewayFixture f(kRoutes);
    f.answers_at_once("first", status, {});
    f.message(f.open(), kTell);
    Counted expected{"message_count_total tell in 1"};
    if (status >= 400) expected.emplace_back("integration_error_total tell 1");
    expected.emplace_back("integration_latency_seconds_count tell 1");
    CHECK(counted(f) == expected);
}

TEST_CASE("a message that selects no route is a client's error, and its error frame goes out")
{
    GatewayFixture f(kRoutes);
    f.message(f.open(), R"({"action":"nobody"})");
    CHECK(counted(f) ==
          Counted{"message_count_total - in 1", "message_count_total - out 1", "client_error_total - 1"});
}

TEST_CASE("a handler that fails, hangs or answers nonsense is an execution error without latency")
{
    GatewayFixture f(kRoutes);
    SECTION("fails")
    {
        f.handler().act = [](const auto&, postern_token) { return 1; };
        f.message(f.open(), kTell);
    }
    SECTION("hangs")
    {
        f.message(f.open(), kTell);
        f.pass(1010);
    }
    SECTION("answers nonsense")
    {
        f.answers_at_once("first", 99, {});
        f.message(f.open(), kTell);
    }
    CHECK(counted(f) == Counted{"message_count_total - out 1",
                                "message_count_total tell in 1",
                                "execution_error_total tell 1"});
}

TEST_CASE("a handshake counts where $connect is asked, and as a message (spec captures 1.5)")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    FakeWaiter waiter;
    f.answers_at_once("first", 200, {});
    f.connect(waiter, client.info());
    f.answers_at_once("first", 403, {});
    f.connect(waiter, client.info());
    CHECK(waiter.verdicts == 2);
    CHECK(counted(f) == Counted{"connect_count_total $connect 2",
                                "message_count_total $connect in 2",
                                "integration_error_total $connect 1",
                                "integration_latency_seconds_count $connect 2"});
}

TEST_CASE("a handshake that is throttled is a client's error of $connect, and nobody is asked")
{
    GatewayFixture f(kRoutes, 1);
    FakeConnection& client = f.open();
    FakeWaiter waiter;
    f.answers_at_once("first", 200, {});
    f.connect(waiter, client.info());
    f.connect(waiter, client.info());
    REQUIRE(waiter.refused);
    CHECK(counted(f) == Counted{"connect_count_total $connect 1",
                                "message_count_total $connect in 1",
                                "client_error_total $connect 1",
                                "integration_latency_seconds_count $connect 1"});
    CHECK(hits(f, observability::Limit::ConnectRate) == 1);
}

TEST_CASE("without a $connect or $disconnect route nothing of them counts")
{
    const std::vector<std::pair<std::string, std::string>> only_tell{{"tell", "first"}};
    GatewayFixture f(only_tell);
    FakeConnection& client = f.open();
    FakeWaiter waiter;
    f.connect(waiter, client.info());
    CHECK(waiter.admitted);
    f.shard.run([&] { f.gateway->on_disconnect(client.info(), *f.stage, 1000, ""); });
    CHECK(counted(f).empty());
}

TEST_CASE("a $disconnect counts as an event of its route")
{
    GatewayFixture f(kRoutes);
    f.answers_at_once("second", 200, {});
    f.shard.run([&] { f.gateway->on_disconnect(f.open().info(), *f.stage, 1000, ""); });
    CHECK(counted(f) ==
          Counted{"message_count_total $disconnect in 1", "integration_latency_seconds_count $disconnect 1"});
}

TEST_CASE("an answer that is larger than a message may be hits the limit and does not go out")
{
    GatewayFixture f(kRoutes);
    f.answers_at_once("first", 200, std::string(f.limits.message_bytes_max + 1, 'x'));
    f.message(f.open(), kAsk);
    CHECK(hits(f, observability::Limit::MessageBytes) == 1);
    CHECK(counted(f) == Counted{"message_count_total ask in 1", "integration_latency_seconds_count ask 1"});
}

TEST_CASE("a post goes out for no route")
{
    GatewayFixture f(kRoutes);
    FakeConnection& client = f.open();
    CHECK(client.post("hello", false) == connections::PostResult::Delivered);
    client.is_full = true;
    CHECK(client.post("hello", false) == connections::PostResult::LimitExceeded);
    CHECK(counted(f) == Counted{"message_count_total - out 1"});
}
