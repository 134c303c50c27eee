// SPDX-License-Identifier: Apache-2.0
#include "core/token_bucket.hpp"

#include "catch.hpp"

using namespace postern;

namespace {

int taken(TokenBucket& bucket, const Rate& rate, SteadyMillis now, int attempts)
{
    int count = 0;
    for (int i = 0; i < attempts; ++i) count += bucket.take(rate, now) ? 1 : 0;
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
