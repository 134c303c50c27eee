// SPDX-License-Identifier: Apache-2.0
#include "observability/metrics.hpp"

#include "catch.hpp"
#include "observability/prometheus_text.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace postern;
using namespace postern::observability;

namespace {

std::string page(const Metrics& metrics)
{
    PrometheusText text;
    metrics.write(text);
    return text.take();
}

/// The value of the one line that begins with `series`.
std::string value_of(const std::string& page, const std::string& series)
{
    const std::size_t at = page.find("\n" + series + " ");
    if (at == std::string::npos) return "none";
    const std::size_t begin = at + series.size() + 2;
    return page.substr(begin, page.find('\n', begin) - begin);
}

std::size_t count_of(const std::string& page, const std::string& text)
{
    std::size_t count = 0;
    for (std::size_t at = page.find(text); at != std::string::npos; at = page.find(text, at + 1)) ++count;
    return count;
}

}  // namespace

TEST_CASE("what the shards count for a route is one series, their sum")
{
    Metrics metrics(3);
    RouteSeries& chat = metrics.route("a", "dev", "chat");
    chat[0].messages_in.add(2);
    chat[2].messages_in.add(5);
    chat[1].messages_out.add();
    chat[1].integration_errors.add(3);
    chat[0].client_errors.add(4);
    chat[0].execution_errors.add(6);
    chat[0].integration_latency.record(20);
    chat[2].integration_latency.record(200);
    metrics.route("a", "dev", "$connect")[1].connects.add(9);
    const std::string all = page(metrics);
    CHECK(value_of(all, R"(postern_message_count_total{api="a",stage="dev",route="chat",direction="in"})") ==
          "7");
    CHECK(value_of(all, R"(postern_message_count_total{api="a",stage="dev",route="chat",direction="out"})") ==
          "1");
    CHECK(value_of(all, R"(postern_integration_error_total{api="a",stage="dev",route="chat"})") == "3");
    CHECK(value_of(all, R"(postern_client_error_total{api="a",stage="dev",route="chat"})") == "4");
    CHECK(value_of(all, R"(postern_execution_error_total{api="a",stage="dev",route="chat"})") == "6");
    CHECK(value_of(all, R"(postern_connect_count_total{api="a",stage="dev",route="$connect"})") == "9");
    CHECK(value_of(all, R"(postern_connect_count_total{api="a",stage="dev",route="chat"})") == "0");
    CHECK(value_of(all, R"(postern_integration_latency_seconds_count{api="a",stage="dev",route="chat"})") ==
          "2");
    CHECK(value_of(all, R"(postern_integration_latency_seconds_sum{api="a",stage="dev",route="chat"})") ==
          "0.22");
    CHECK(value_of(
              all,
              R"(postern_integration_latency_seconds_bucket{api="a",stage="dev",route="chat",le="0.025"})") ==
          "1");
}

TEST_CASE("a stage counts its connections, how they ended, and what belongs to no route")
{
    Metrics metrics(2);
    StageSeries& dev = metrics.stage("a", "dev");
    dev[0].open();
    dev[0].open();
    dev[1].open();
    dev[1].close(1006);
    dev[0].close(4321);
    dev[0].unrouted.client_errors.add();
    const std::string all = page(metrics);
    CHECK(value_of(all, R"(postern_connections{api="a",stage="dev"})") == "1");
    CHECK(value_of(all, R"(postern_connections_opened_total{api="a",stage="dev"})") == "3");
    CHECK(value_of(all, R"(postern_connections_closed_total{api="a",stage="dev",code="1006"})") == "1");
    CHECK(value_of(all, R"(postern_connections_closed_total{api="a",stage="dev",code="4xxx"})") == "1");
    CHECK(value_of(all, R"(postern_connections_closed_total{api="a",stage="dev",code="1000"})") == "0");
    CHECK(value_of(all, R"(postern_client_error_total{api="a",stage="dev",route="-"})") == "1");
}

TEST_CASE("a series that is asked for again goes on where it was")
{
    Metrics metrics(1);
    metrics.route("a", "dev", "chat")[0].messages_in.add(3);
    metrics.route("a", "dev", "other");
    CHECK(&metrics.route("a", "dev", "chat") == &metrics.route("a", "dev", "chat"));
    CHECK(metrics.route("a", "dev", "chat")[0].messages_in.value() == 3);
    CHECK(&metrics.route("a", "dev", "chat") != &metrics.route("a", "prod", "chat"));
    CHECK(&metrics.route("a", "dev", "chat") != &metrics.route("b", "dev", "chat"));
    CHECK(&metrics.stage("a", "dev") == &metrics.stage("a", "dev"));
}

TEST_CASE("a route that is named like the sign for none makes no second series")
{
    Metrics metrics(1);
    metrics.route("a", "dev", "-")[0].client_errors.add();
    metrics.stage("a", "dev")[0].unrouted.client_errors.add();
    const std::string all = page(metrics);
    CHECK(count_of(all, R"(postern_client_error_total{api="a",stage="dev",route="-"})") == 1);
    CHECK(value_of(all, R"(postern_client_error_total{api="a",stage="dev",route="-"})") == "2");
}

TEST_CASE("close codes fall into a fixed number of classes")
{
    const auto name = [](std::uint16_t code) { return std::string(to_string(close_class(code))); };
    for (const int code : {1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011}) {
        CHECK(name(static_cast<std::uint16_t>(code)) == std::to_string(code));
    }
    CHECK(name(3000) == "3xxx");
    CHECK(name(3999) == "3xxx");
    CHECK(name(4000) == "4xxx");
    CHECK(name(4999) == "4xxx");
    CHECK(name(0) == "other");
    CHECK(name(1004) == "other");
    CHECK(name(1012) == "other");
    CHECK(name(5000) == "other");
    CHECK(name(65535) == "other");
}

TEST_CASE("calls of @connections are counted by known methods and statuses; all others are other")
{
    ApiRequestCounts counts;
    counts.add("POST", 200);
    counts.add("POST", 200);
    counts.add("DELETE", 204);
    counts.add("PATCH", 403);
    counts.add("X\"\n", 599);
    counts.add("GET", 0);
    const auto value = [&](std::string_view method, std::string_view status) {
        std::size_t m = 0;
        std::size_t s = 0;
        while (ApiRequestCounts::kMethods[m] != method) ++m;
        while (ApiRequestCounts::kStatuses[s] != status) ++s;
        return counts.value(m, s);
    };
    CHECK(value("POST", "200") == 2);
    CHECK(value("DELETE", "204") == 1);
    CHECK(value("other", "403") == 1);
    CHECK(value("other", "other") == 1);
    CHECK(value("GET", "other") == 1);
    CHECK(value("GET", "200") == 0);
}

TEST_CASE("sums are right while every shard counts and somebody scrapes")
{
    constexpr std::size_t kShards = 3;
    constexpr std::uint64_t kEvents = 20'000;
    Metrics metrics(kShards);
    RouteSeries& chat = metrics.route("a", "dev", "chat");
    StageSeries& dev = metrics.stage("a", "dev");
    const std::string series =
        R"(postern_message_count_total{api="a",stage="dev",route="chat",direction="in"})";

    std::atomic<bool> is_over{false};
    bool ever_fell = false;
    std::thread scraper([&] {
        std::uint64_t last = 0;
        while (!is_over) {
            const std::uint64_t now = std::stoull(value_of(page(metrics), series));
            ever_fell = ever_fell || now < last;
            last = now;
            metrics.route("a", "dev", "made while others count");
        }
    });
    std::vector<std::thread> shards;
    for (std::size_t i = 0; i < kShards; ++i) {
        shards.emplace_back([&, i] {
            for (std::uint64_t n = 0; n < kEvents; ++n) {
                dev[i].open();
                chat[i].messages_in.add();
                chat[i].integration_latency.record(static_cast<std::int64_t>(n % 100));
                dev[i].close(1000);
            }
        });
    }
    for (std::thread& shard : shards) shard.join();
    is_over = true;
    scraper.join();

    const std::string all = page(metrics);
    CHECK_FALSE(ever_fell);
    CHECK(value_of(all, series) == std::to_string(kShards * kEvents));
    CHECK(value_of(all, R"(postern_connections{api="a",stage="dev"})") == "0");
    CHECK(value_of(all, R"(postern_connections_closed_total{api="a",stage="dev",code="1000"})") ==
          std::to_string(kShards * kEvents));
    CHECK(value_of(all, R"(postern_integration_latency_seconds_count{api="a",stage="dev",route="chat"})") ==
          std::to_string(kShards * kEvents));
}
