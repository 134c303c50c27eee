// SPDX-License-Identifier: Apache-2.0
#include "core/repeat_limit.hpp"

#include "catch.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace postern;
using log::RepeatLimit;

TEST_CASE("so many lines of a name pass each second, and the next one tells how many did not")
{
    RepeatLimit limit(3);
    for (int i = 0; i < 3; ++i) CHECK(limit.admit("a", 100) == 0U);
    for (int i = 0; i < 5; ++i) CHECK_FALSE(limit.admit("a", 100).has_value());
    CHECK(limit.admit("a", 101) == 5U);
    CHECK(limit.admit("a", 101) == 0U);
    CHECK(limit.admit("a", 101) == 0U);
    CHECK_FALSE(limit.admit("a", 101).has_value());
    CHECK_FALSE(limit.admit("a", 100).has_value());
    CHECK(limit.admit("a", 200) == 2U);
}

TEST_CASE("a clock that is set back silences nothing")
{
    RepeatLimit limit(1);
    CHECK(limit.admit("a", 1000) == 0U);
    CHECK_FALSE(limit.admit("a", 1000).has_value());
    CHECK_FALSE(limit.admit("a", 999).has_value());  // a thread that comes late
    CHECK(limit.admit("a", 500) == 2U);
    CHECK_FALSE(limit.admit("a", 500).has_value());
    CHECK(limit.admit("a", 501) == 1U);
}

TEST_CASE("names are counted apart")
{
    RepeatLimit limit(1);
    CHECK(limit.admit("a", 1) == 0U);
    CHECK_FALSE(limit.admit("a", 1).has_value());
    CHECK(limit.admit("b", 1) == 0U);
    for (int i = 0; i < 1000; ++i) {  // more than there is room for: none is lost
        CHECK(limit.admit("name " + std::to_string(i), 1) == 0U);
    }
}

TEST_CASE("threads share the count")
{
    RepeatLimit limit(10);
    std::vector<std::thread> threads;
    std::atomic<int> admitted{0};
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 1000; ++i) admitted += limit.admit("a", 7).has_value() ? 1 : 0;
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(admitted == 10);
    CHECK(limit.admit("a", 8) == 3990U);
}
