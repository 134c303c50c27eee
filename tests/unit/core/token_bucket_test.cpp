// SPDX-License-Identifier: Apache-2.0
#include "core/token_bucket.hpp"

#include "catch.hpp"

#include <atomic>
#include <thread>
#include <vector>

using namespace postern;

namespace {

int taken(TokenBucket& bucket, const Rate& rate, SteadyMillis now, int attempts)
{
    int count = 0;
    for (int i = 0; i < attempts; ++i) count += bucket.take(rate, now) ? 1 : 0;
    return count;
}

int taken(SharedTokenBucket& bucket, SteadyMillis now, int attempts)
{
    int count = 0;
    for (int i = 0; i < attempts; ++i) count += bucket.take(now) ? 1 : 0;
    return count;
}

}  // namespace

TEST_CASE("a bucket gives its burst at once, then its rate, and fills again")
{
    const Rate rate(10, 3);
    TokenBucket bucket;
    CHECK(bucket.is_full(5000));
    CHECK(taken(bucket, rate, 5000, 10) == 3);
    CHECK(taken(bucket, rate, 5099, 10) == 0);
    CHECK(taken(bucket, rate, 5100, 10) == 1);
    CHECK_FALSE(bucket.is_full(5200));
    CHECK(taken(bucket, rate, 5300, 10) == 2);
    CHECK(bucket.is_full(9000));
    CHECK(taken(bucket, rate, 9000, 10) == 3);
}

TEST_CASE("an empty bucket says when it gives again, to the millisecond")
{
    const Rate rate(GENERATE(0.5, 3.0, 40.0, 999.0), GENERATE(1.0, 7.0));
    TokenBucket bucket;
    SteadyMillis now = 1000;
    for (int i = 0; i < 50; ++i) {
        while (bucket.take(rate, now)) {
        }
        const SteadyMillis ready = bucket.ready_at(rate, now);
        REQUIRE(ready > now);
        CHECK_FALSE(TokenBucket(bucket).take(rate, ready - 1));
        CHECK(bucket.take(rate, ready));
        now = ready;
    }
}

TEST_CASE("a burst of zero is one second's worth, and never less than one")
{
    TokenBucket second;
    CHECK(taken(second, Rate(20, 0), 1000, 100) == 20);
    TokenBucket one;
    CHECK(taken(one, Rate(0.25, 0), 1000, 100) == 1);
    CHECK(taken(one, Rate(0.25, 0), 4999, 100) == 0);
    CHECK(taken(one, Rate(0.25, 0), 5000, 100) == 1);
}

TEST_CASE("a rate of zero is no bound")
{
    CHECK_FALSE(Rate(0, 5).is_bound());
    CHECK_FALSE(Rate().is_bound());
    CHECK(Rate(1'000'000, 1).is_bound());
}

TEST_CASE("a shared bucket gives what one thread's would, at the rate of the moment")
{
    SharedTokenBucket bucket;
    CHECK(taken(bucket, 0, 10'000) == 10'000);
    bucket.set(Rate(500, 500));
    SteadyMillis now = 1'000'000;
    CHECK(taken(bucket, now, 2000) == 500);
    CHECK(taken(bucket, now + 1, 10) == 0);
    CHECK(taken(bucket, now + 2, 10) == 1);
    CHECK(taken(bucket, now + 100, 1000) == 49);
    now += 100;
    int in_a_second = 0;
    for (int ms = 1; ms <= 1000; ++ms) in_a_second += taken(bucket, now + ms, 5);
    CHECK(in_a_second == 500);
    bucket.set(Rate(500, 1));
    CHECK(taken(bucket, now + 1000, 10) == 0);  // what has been taken counts
}

TEST_CASE("threads that share a bucket take no more together than one would")
{
    SharedTokenBucket bucket(Rate(500, 500));
    std::atomic<int> total{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { total += taken(bucket, 5000, 1000); });
    for (std::thread& thread : threads) thread.join();
    CHECK(total == 500);
}
