// SPDX-License-Identifier: Apache-2.0
#include "observability/health.hpp"

#include "catch.hpp"
#include "support/manual_clock.hpp"

#include <deque>

using namespace postern;
using observability::Health;

namespace {

/// Two shards; the second answers only when it is told to.
struct Fixture {
    test::ManualClock clock;
    std::deque<std::function<void()>> waiting;
    Health health{clock,
                  {[](const std::function<void()>& answer) { answer(); },
                   [this](std::function<void()> answer) { waiting.push_back(std::move(answer)); }}};

    void answer()
    {
        for (const auto& each : waiting) each();
        waiting.clear();
    }
};

}  // namespace

TEST_CASE("a gateway is ready while its listeners are open and it does not drain")
{
    Fixture gateway;
    CHECK_FALSE(gateway.health.ready().is_ok);
    CHECK(gateway.health.ready().text == "starting");
    CHECK(gateway.health.live().is_ok);
    gateway.health.set_serving();
    CHECK(gateway.health.ready().is_ok);
    CHECK(gateway.health.ready().text == "ok");
    CHECK_FALSE(gateway.health.is_draining());
    gateway.health.set_draining();
    CHECK_FALSE(gateway.health.ready().is_ok);
    CHECK(gateway.health.ready().text == "draining");
    CHECK(gateway.health.is_draining());
    CHECK(gateway.health.live().is_ok);
}

TEST_CASE("a shard that does not answer makes the gateway unready, and ready again when it does")
{
    Fixture gateway;
    gateway.health.set_serving();
    CHECK(gateway.health.ready().is_ok);  // asks
    gateway.clock.pass(Health::kReadyPatience - 1);
    CHECK(gateway.health.ready().is_ok);
    gateway.clock.pass(1);
    CHECK_FALSE(gateway.health.ready().is_ok);
    CHECK(gateway.health.ready().text == "shard 1 has not answered for 2000 ms");
    CHECK(gateway.waiting.size() == 1);  // one question at a time
    CHECK(gateway.health.live().is_ok);
    gateway.answer();
    CHECK(gateway.health.ready().is_ok);
    CHECK(gateway.waiting.size() == 1);
}

TEST_CASE("silence between two questions is nobody's fault")
{
    Fixture gateway;
    gateway.health.set_serving();
    CHECK(gateway.health.ready().is_ok);
    gateway.answer();
    gateway.clock.pass(24 * 3'600'000);
    CHECK(gateway.health.ready().is_ok);
    CHECK(gateway.health.live().is_ok);
}

TEST_CASE("a shard that is stuck for a minute means that the process is not worth keeping")
{
    Fixture gateway;
    gateway.health.set_serving();
    CHECK(gateway.health.live().is_ok);
    gateway.clock.pass(Health::kLivePatience - 1);
    CHECK(gateway.health.live().is_ok);
    gateway.clock.pass(1);
    CHECK_FALSE(gateway.health.live().is_ok);
    gateway.answer();
    CHECK(gateway.health.live().is_ok);
}

TEST_CASE("an answer that comes when nobody wants it any more does no harm")
{
    std::function<void()> late;
    {
        const test::ManualClock clock;
        Health health(clock, {[&](std::function<void()> answer) { late = std::move(answer); }});
        CHECK(health.live().is_ok);
    }
    late();
}
