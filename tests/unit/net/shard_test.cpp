// SPDX-License-Identifier: Apache-2.0
#include "net/shard.hpp"

#include "catch.hpp"
#include "support/manual_clock.hpp"
#include "support/outcome.hpp"
#include "support/sockets.hpp"

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

using namespace postern;
using namespace std::chrono_literals;

TEST_CASE("a turn reads the clock once and ends with the hook")
{
    test::ManualClock clock;
    net::Shard shard(3, clock);
    CHECK(shard.index() == 3);
    std::string order;
    shard.on_turn_end([&] { order += "end;"; });
    clock.pass(50);
    shard.run([&] {
        CHECK(shard.now() == clock.steady());
        clock.pass(10);
        CHECK(shard.now() == clock.steady() - 10);
        order += "work;";
    });
    shard.run([&] { CHECK(shard.now() == clock.steady()); });
    CHECK(order == "work;end;end;");
}

TEST_CASE("an exception costs its turn and nothing else")
{
    test::ManualClock clock;
    net::Shard shard(0, clock);
    int turns = 0;
    shard.on_turn_end([&] { ++turns; });
    shard.run([] { throw std::runtime_error("a bug"); });
    shard.run([] {});
    CHECK(turns == 1);
}

TEST_CASE("posted work runs in order on the shard's thread, from any thread")
{
    const SystemClock clock;
    net::Shard shard(0, clock);
    std::atomic<int> turns{0};
    shard.on_turn_end([&] { ++turns; });
    CHECK(net::Shard::current() == nullptr);
    shard.start();

    constexpr int kEach = 500;
    std::vector<int> seen[2];  // the shard's thread writes, this one reads behind join()
    test::Signal done[2];
    std::atomic<bool> was_elsewhere{false};
    std::vector<std::thread> clients;
    for (std::size_t client = 0; client < 2; ++client) {
        clients.emplace_back([&, client] {
            for (int i = 0; i < kEach; ++i) {
                shard.post([&, client, i] {
                    if (net::Shard::current() != &shard) was_elsewhere = true;
                    seen[client].push_back(i);
                    if (i + 1 == kEach) done[client].raise();
                });
            }
        });
    }
    for (std::thread& client : clients) client.join();
    for (auto& each : done) each.wait();
    shard.stop();
    shard.join();
    CHECK_FALSE(was_elsewhere);
    CHECK(turns == 2 * kEach);
    for (const auto& each : seen) {
        REQUIRE(each.size() == kEach);
        for (int i = 0; i < kEach; ++i) {
            if (each[static_cast<std::size_t>(i)] != i) FAIL(i);
        }
    }
}

TEST_CASE("shards post to each other while they stop")
{
    const SystemClock clock;
    for (int round = 0; round < 10; ++round) {
        net::Shard first(0, clock);
        net::Shard second(1, clock);
        std::atomic<int> bounces{0};
        std::function<void(net::Shard&, net::Shard&)> bounce = [&](net::Shard& here, net::Shard& there) {
            ++bounces;
            there.post([&] { bounce(there, here); });
        };
        first.start();
        second.start();
        first.post([&] { bounce(first, second); });
        while (bounces < 100) std::this_thread::yield();
        first.stop();
        second.stop();
        first.join();
        second.join();
        CHECK(bounces >= 100);
    }
}

TEST_CASE("deadlines set in a turn are told on the shard's thread")
{
    const SystemClock clock;
    net::Shard shard(0, clock);
    test::Outcome<std::uint64_t> told;
    shard.on_second_due([](std::uint64_t) {});
    shard.on_moment_due([&](std::uint64_t item) { told.set(item); });
    shard.start();
    shard.post([&] { shard.moments().set(shard.now() + 1, 42); });
    CHECK(told.get() == 42);
}

TEST_CASE("the end of a shard is waited for with patience, since a turn may never end")
{
    const SystemClock clock;
    net::Shard shard(0, clock);
    CHECK(shard.join(0ms));  // has not been started
    test::Signal entered;
    test::Signal opened;
    shard.start();
    shard.post([&] {
        entered.raise();
        opened.wait();
    });
    entered.wait();
    shard.stop();
    CHECK_FALSE(shard.join(1ms));
    opened.raise();
    CHECK(shard.join(1h));
    CHECK(shard.join(0ms));
}

TEST_CASE("a shard records how late its seconds' timer was")
{
    test::ManualClock clock;
    net::Shard shard(0, clock);
    test::Signal told;
    shard.on_second_due([&](std::uint64_t) { told.raise(); });
    shard.on_moment_due([](std::uint64_t) {});
    shard.start();
    shard.post([&] {
        shard.seconds().set(shard.now() + 1000, 1);
        // After the end of this turn, when the timer is armed, and before it fires.
        shard.post([&] { clock.pass(1000); });
    });
    told.wait();
    HistogramSnapshot lag;
    shard.stats().loop_lag.add_to(lag);
    CHECK(lag.sum_ms == 750);  // its tick is 250 ms
    CHECK(lag.buckets[7] == 1);
}

TEST_CASE("a watcher is told what its socket can do, in a turn of its own")
{
    const SystemClock clock;
    net::Shard shard(0, clock);
    test::SocketPair pair;
    const int fd = pair.take();

    struct Watch final : net::Watcher {
        explicit Watch(net::Shard& on, int descriptor) : shard(on), fd(descriptor) {}
        void on_ready(net::Readiness ready) override
        {
            if (net::Shard::current() != &shard || !ready.readable) return;
            char c = 0;
            const ssize_t got = ::recv(fd, &c, 1, 0);
            if (got == 1) return read.set(c);
            shard.poller().remove(fd);
            ended.raise();
        }
        net::Shard& shard;
        int fd;
        test::Outcome<char> read;
        test::Signal ended;
    };
    Watch watch(shard, fd);
    shard.start();
    shard.post([&] { REQUIRE(shard.poller().add(fd, watch, {.readable = true})); });
    pair.send("x");
    CHECK(watch.read.get() == 'x');
    pair.hang_up();
    watch.ended.wait();
    shard.stop();
    shard.join();
    ::close(fd);
}
