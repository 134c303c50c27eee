// SPDX-License-Identifier: Apache-2.0
#include "app/shard_pulse.hpp"

#include "catch.hpp"
#include "core/clock.hpp"

#include <future>
#include <memory>

using namespace postern;

namespace {

/// Until the shard has done all that it was given before.
void wait_for(net::Shard& shard)
{
    const auto done = std::make_shared<std::promise<void>>();
    shard.post([done] { done->set_value(); });
    done->get_future().wait();
}

}  // namespace

TEST_CASE("the pulse stops with one shard that hangs, and comes back with it")
{
    SystemClock clock;
    app::ShardPulse pulse;
    net::Shard good(0, clock);
    net::Shard bad(1, clock);
    pulse.add(good);
    pulse.add(bad);
    good.start();
    bad.start();
    for (int i = 0; i < 3; ++i) {
        CHECK(pulse.beat());
        wait_for(good);
        wait_for(bad);
    }

    std::promise<void> release;
    bad.post([released = release.get_future().share()] { released.wait(); });
    CHECK(pulse.beat());  // it had answered until now
    wait_for(good);
    CHECK_FALSE(pulse.beat());
    wait_for(good);
    CHECK_FALSE(pulse.beat());

    release.set_value();
    wait_for(good);
    wait_for(bad);
    CHECK(pulse.beat());
}

TEST_CASE("a question that is open when the shards end is nobody's")
{
    SystemClock clock;
    app::ShardPulse pulse;
    net::Shard shard(0, clock);
    pulse.add(shard);
    CHECK(pulse.beat());
    shard.start();
    shard.stop();
    shard.join();
}
