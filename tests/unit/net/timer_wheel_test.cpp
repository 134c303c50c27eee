// SPDX-License-Identifier: Apache-2.0
#include "net/timer_wheel.hpp"

#include "catch.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <vector>

using namespace postern;
using net::TimerWheel;

namespace {

constexpr std::chrono::milliseconds kTick{10};

/// A wheel of 8 ticks that writes down what fired.
struct Wheel {
    std::vector<std::uint64_t> fired;
    TimerWheel wheel{kTick, 8, [this](std::uint64_t item) { fired.push_back(item); }};

    std::vector<std::uint64_t> advance(SteadyMillis now)
    {
        fired.clear();
        wheel.advance(now);
        return fired;
    }
};

using Fired = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("a deadline fires once, never early and at most one tick late")
{
    for (SteadyMillis due = 0; due <= 200; ++due) {
        Wheel w;
        w.advance(0);
        w.wheel.set(due, 1);
        SteadyMillis fired_at = -1;
        for (SteadyMillis now = 0; now <= 300; ++now) {
            if (w.advance(now).empty()) continue;
            CHECK(fired_at == -1);
            fired_at = now;
        }
        // The wheel has swept the first tick already.
        const SteadyMillis earliest = std::max<SteadyMillis>(due, 10);
        if (fired_at < due || fired_at >= earliest + kTick.count()) FAIL(due << " fired at " << fired_at);
    }
}

TEST_CASE("a deadline in the past fires at the next tick")
{
    Wheel w;
    CHECK(w.advance(1000).empty());
    w.wheel.set(500, 1);
    CHECK(w.advance(1009).empty());
    CHECK(w.advance(1010) == Fired{1});
    CHECK(w.wheel.pending() == 0);
}

TEST_CASE("deadlines beyond the wheel's size wait for their round")
{
    Wheel w;
    w.wheel.set(85, 1);    // one round and a tick
    w.wheel.set(800, 2);   // ten rounds
    w.wheel.set(8005, 3);  // a hundred
    SteadyMillis now = 0;
    std::map<std::uint64_t, SteadyMillis> fired_at;
    for (; now < 9000; now += 10) {
        for (const std::uint64_t item : w.advance(now)) fired_at[item] = now;
    }
    CHECK(fired_at == std::map<std::uint64_t, SteadyMillis>{{1, 90}, {2, 800}, {3, 8010}});
}

TEST_CASE("a jump over many rounds fires everything that is due and nothing else")
{
    Wheel w;
    for (std::uint64_t item = 0; item < 50; ++item) w.wheel.set(static_cast<SteadyMillis>(item) * 100, item);
    Fired fired = w.advance(2450);
    std::sort(fired.begin(), fired.end());
    Fired expected;
    for (std::uint64_t item = 0; item <= 24; ++item) expected.push_back(item);
    CHECK(fired == expected);
    CHECK(w.wheel.pending() == 25);
    CHECK(w.advance(1'000'000).size() == 25);
}

TEST_CASE("a cancelled deadline does not fire and its id is forgotten")
{
    Wheel w;
    TimerWheel::Id first = w.wheel.set(50, 1);
    TimerWheel::Id second = w.wheel.set(50, 2);
    TimerWheel::Id third = w.wheel.set(50, 3);
    w.wheel.cancel(second);
    CHECK(second == TimerWheel::kNone);
    w.wheel.cancel(second);  // no effect
    CHECK(w.wheel.pending() == 2);
    Fired fired = w.advance(50);
    std::sort(fired.begin(), fired.end());
    CHECK(fired == Fired{1, 3});
    CHECK(first != third);
}

TEST_CASE("a callback may cancel a deadline that is due in the same sweep")
{
    std::vector<std::uint64_t> fired;
    std::map<std::uint64_t, TimerWheel::Id> ids;
    TimerWheel* wheel = nullptr;
    TimerWheel made(kTick, 8, [&](std::uint64_t item) {
        fired.push_back(item);
        for (auto& [other, id] : ids) {
            if (other != item) wheel->cancel(id);
        }
    });
    wheel = &made;
    for (std::uint64_t item = 1; item <= 3; ++item)
        ids[item] = made.set(30 + static_cast<SteadyMillis>(item), item);
    made.advance(100);
    CHECK(fired.size() == 1);
    CHECK(made.pending() == 0);
    made.advance(200);
    CHECK(fired.size() == 1);
}

TEST_CASE("a callback may set deadlines, and they do not fire in the same sweep")
{
    int fired = 0;
    TimerWheel* wheel = nullptr;
    TimerWheel made(kTick, 8, [&](std::uint64_t item) {
        ++fired;
        wheel->set(0, item + 1);
    });
    wheel = &made;
    made.set(10, 0);
    made.advance(10);
    CHECK(fired == 1);
    made.advance(19);
    CHECK(fired == 1);
    made.advance(20);
    CHECK(fired == 2);
    CHECK(made.pending() == 1);
}

TEST_CASE("a callback may set again through the id that fired")
{
    // The session's way: its id is none while its deadline is being told.
    TimerWheel* wheel = nullptr;
    TimerWheel::Id id = TimerWheel::kNone;
    int fired = 0;
    TimerWheel made(kTick, 8, [&](std::uint64_t) {
        id = TimerWheel::kNone;
        if (++fired < 100) id = wheel->set(fired * 10 + 10, 0);
    });
    wheel = &made;
    id = made.set(10, 0);
    for (SteadyMillis now = 0; now <= 2000; now += 10) made.advance(now);
    CHECK(fired == 100);
    CHECK(id == TimerWheel::kNone);
}

TEST_CASE("thousands of random operations agree with an ordered map")
{
    std::mt19937 random(20'260'925);
    const auto below = [&](std::uint32_t n) { return static_cast<SteadyMillis>(random() % n); };
    for (int round = 0; round < 20; ++round) {
        Wheel w;
        std::multimap<SteadyMillis, std::uint64_t> by_tick;  // when each has to fire
        std::map<std::uint64_t, TimerWheel::Id> ids;
        SteadyMillis now = round % 2 == 0 ? 0 : 1'000'000'007;
        w.advance(now);
        for (std::uint64_t item = 0; item < 5000; ++item) {
            const SteadyMillis what = below(10);
            if (what < 5) {
                const SteadyMillis due = now + below(400) - 20;
                const SteadyMillis tick = std::max((due + 9) / 10, now / 10 + 1);
                ids[item] = w.wheel.set(due, item);
                by_tick.emplace(tick, item);
            } else if (what < 7) {
                if (by_tick.empty()) continue;
                auto victim = by_tick.lower_bound(now / 10 + below(40));
                if (victim == by_tick.end()) victim = by_tick.begin();
                w.wheel.cancel(ids[victim->second]);
                by_tick.erase(victim);
            } else {
                now += below(what == 9 ? 300 : 15);
                Fired expected;
                while (!by_tick.empty() && by_tick.begin()->first <= now / 10) {
                    expected.push_back(by_tick.begin()->second);
                    by_tick.erase(by_tick.begin());
                }
                Fired fired = w.advance(now);
                std::sort(fired.begin(), fired.end());
                std::sort(expected.begin(), expected.end());
                if (fired != expected) FAIL("round " << round << ", operation " << item);
            }
            if (w.wheel.pending() != by_tick.size()) FAIL("round " << round << ", operation " << item);
        }
    }
}
