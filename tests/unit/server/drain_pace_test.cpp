// SPDX-License-Identifier: Apache-2.0
#include "server/drain_pace.hpp"

#include "catch.hpp"

using postern::server::DrainPace;
using Millis = DrainPace::Millis;

TEST_CASE("closes are spread evenly over the drain time, the first at once")
{
    const DrainPace pace(100, Millis(10'000));
    CHECK(pace.due(Millis(0)) == 1);
    CHECK(pace.due(Millis(99)) == 1);
    CHECK(pace.due(Millis(100)) == 2);
    CHECK(pace.due(Millis(5'000)) == 51);
    CHECK(pace.due(Millis(9'900)) == 100);
    CHECK(pace.due(Millis(60'000)) == 100);
}

TEST_CASE("many connections are closed a few each step")
{
    const DrainPace pace(100'000, Millis(10'000));
    std::size_t before = pace.due(Millis(0));
    for (Millis now = DrainPace::kStep; now < Millis(10'000); now += DrainPace::kStep) {
        const std::size_t due = pace.due(now);
        CHECK(due - before == 500);
        before = due;
    }
    CHECK(pace.due(Millis(10'000)) == 100'000);
}

TEST_CASE("a drain time of zero closes all at once, and nobody is nobody")
{
    CHECK(DrainPace(77, Millis(0)).due(Millis(0)) == 77);
    CHECK(DrainPace(0, Millis(0)).due(Millis(0)) == 0);
    CHECK(DrainPace(0, Millis(1000)).due(Millis(500)) == 0);
    CHECK(DrainPace(1, Millis(1000)).due(Millis(0)) == 1);
}
