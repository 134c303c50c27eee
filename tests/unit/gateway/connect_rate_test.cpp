// SPDX-License-Identifier: Apache-2.0
#include "gateway/connect_rate.hpp"

#include "catch.hpp"

#include <atomic>
#include <thread>
#include <vector>

using namespace postern;
using gateway::ConnectRate;

namespace {

int admitted(ConnectRate& rate, SteadyMillis now, int attempts)
{
    int count = 0;
    for (int i = 0; i < attempts; ++i) count += rate.admit(now) ? 1 : 0;
    return count;
}

}  // namespace

TEST_CASE("a burst is admitted at once, then the rate")
{
    ConnectRate rate(500, 500);
    SteadyMillis now = 1'000'000;
    CHECK(admitted(rate, now, 2000) == 500);
    CHECK(admitted(rate, now + 1, 10) == 0);
    CHECK(admitted(rate, now + 2, 10) == 1);
    CHECK(admitted(rate, now + 100, 1000) == 49);
    now += 100;
    int in_a_second = 0;
    for (int ms = 1; ms <= 1000; ++ms) in_a_second += admitted(rate, now + ms, 5);
    CHECK(in_a_second == 500);
}

TEST_CASE("what was not used is saved, up to the burst")
{
    ConnectRate rate(10, 3);
    CHECK(admitted(rate, 1000, 10) == 3);
    CHECK(admitted(rate, 1099, 10) == 0);
    CHECK(admitted(rate, 1100, 10) == 1);
    CHECK(admitted(rate, 1300, 10) == 2);
    CHECK(admitted(rate, 1'000'000, 10) == 3);
}

TEST_CASE("rate zero admits everybody, and a burst is at least one")
{
    ConnectRate off(0, 0);
    CHECK(admitted(off, 0, 10'000) == 10'000);
    ConnectRate slow(0.5, 0);
    CHECK(admitted(slow, 1000, 5) == 1);
    CHECK(admitted(slow, 2999, 5) == 0);
    CHECK(admitted(slow, 3000, 5) == 1);
}

TEST_CASE("shards that share a rate together admit no more than one would")
{
    ConnectRate rate(500, 500);
    std::atomic<int> total{0};
    std::vector<std::thread> shards;
    for (int i = 0; i < 4; ++i) shards.emplace_back([&] { total += admitted(rate, 5000, 1000); });
    for (std::thread& shard : shards) shard.join();
    CHECK(total == 500);
}
