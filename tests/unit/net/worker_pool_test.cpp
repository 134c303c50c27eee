// SPDX-License-Identifier: Apache-2.0
#include "net/worker_pool.hpp"

#include "catch.hpp"
#include "support/outcome.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using postern::net::WorkerPool;

namespace {

constexpr std::chrono::milliseconds kLong = 1h;

/// Keeps a worker busy until it is let go.
class Gate {
public:
    /// The task; `entered` is ready once it runs.
    std::function<void()> task()
    {
        return [this] {
            entered_.raise();
            opened_.wait();
        };
    }
    void wait_until_entered() { entered_.wait(); }
    void open() { opened_.raise(); }

private:
    postern::test::Signal entered_;
    postern::test::Signal opened_;
};

}  // namespace

TEST_CASE("every submitted task runs once, on another thread")
{
    WorkerPool pool(4, 1000);
    std::atomic<int> ran{0};
    std::atomic<bool> was_here{false};
    postern::test::Signal all;
    for (int i = 0; i < 500; ++i) {
        REQUIRE(pool.submit([&, here = std::this_thread::get_id()] {
            if (std::this_thread::get_id() == here) was_here = true;
            if (++ran == 500) all.raise();
        }));
    }
    all.wait();
    CHECK(pool.stop(kLong));
    CHECK(ran == 500);
    CHECK_FALSE(was_here);
}

TEST_CASE("a full queue refuses, and takes more once a task has begun")
{
    WorkerPool pool(1, 2);
    Gate first;
    Gate second;
    REQUIRE(pool.submit(first.task()));
    first.wait_until_entered();
    CHECK(pool.submit(second.task()));
    CHECK(pool.submit([] {}));
    CHECK_FALSE(pool.submit([] {}));
    first.open();
    second.wait_until_entered();
    CHECK(pool.submit([] {}));
    CHECK_FALSE(pool.submit([] {}));
    second.open();
}

TEST_CASE("stopping forgets what has not begun and waits for what has")
{
    WorkerPool pool(1, 10);
    Gate gate;
    std::atomic<bool> has_ended{false};
    REQUIRE(pool.submit([&, task = gate.task()] {
        task();
        has_ended = true;
    }));
    gate.wait_until_entered();
    auto held = std::make_shared<int>(0);
    const std::weak_ptr<int> watch = held;
    std::atomic<bool> ran{false};
    REQUIRE(pool.submit([&ran, held = std::move(held)] { ran = true; }));

    std::thread opener([&] {
        while (pool.stats().queued.value() > 0) std::this_thread::yield();  // until stop() has begun
        gate.open();
    });
    CHECK(pool.stop(kLong));
    opener.join();
    CHECK(has_ended);
    CHECK_FALSE(ran);
    CHECK(watch.expired());
    CHECK_FALSE(pool.submit([] {}));
    CHECK(pool.stop(kLong));  // again
}

TEST_CASE("stopping loses its patience with a task that does not end")
{
    // Its thread then lives as long as the process: what it uses is never destroyed.
    static auto* const gate = new Gate;
    static auto* const pool = new WorkerPool(1, 10);
    REQUIRE(pool->submit(gate->task()));
    gate->wait_until_entered();
    CHECK_FALSE(pool->stop(std::chrono::milliseconds(1)));
    CHECK_FALSE(pool->submit([] {}));
    gate->open();
}

TEST_CASE("what a task holds is freed before stop returns")
{
    WorkerPool pool(2, 10);
    auto held = std::make_shared<int>(0);
    const std::weak_ptr<int> watch = held;
    postern::test::Signal done;
    REQUIRE(pool.submit([&done, held = std::move(held)] { done.raise(); }));
    done.wait();
    CHECK(pool.stop(kLong));
    CHECK(watch.expired());
}

TEST_CASE("many threads submit while the pool stops")
{
    for (int round = 0; round < 20; ++round) {
        WorkerPool pool(2, 16);
        std::atomic<int> accepted{0};
        std::atomic<int> ran{0};
        std::atomic<bool> is_over{false};
        std::vector<std::thread> clients;
        for (int i = 0; i < 4; ++i) {
            clients.emplace_back([&] {
                while (!is_over) {
                    if (pool.submit([&] { ++ran; })) ++accepted;
                }
            });
        }
        while (ran < 50) std::this_thread::yield();
        CHECK(pool.stop(kLong));
        is_over = true;
        for (std::thread& client : clients) client.join();
        CHECK(ran <= accepted);
    }
}

TEST_CASE("a pool that was never used ends")
{
    const WorkerPool pool(3, 1);
}

TEST_CASE("a pool counts what waits, what runs and what was refused")
{
    WorkerPool pool(1, 1);
    Gate gate;
    REQUIRE(pool.submit(gate.task()));
    gate.wait_until_entered();
    CHECK(pool.stats().running.value() == 1);
    CHECK(pool.stats().queued.value() == 0);
    REQUIRE(pool.submit([] {}));
    CHECK(pool.stats().queued.value() == 1);
    CHECK_FALSE(pool.submit([] {}));
    CHECK_FALSE(pool.submit([] {}));
    CHECK(pool.stats().refused.value() == 2);
    gate.open();
    CHECK(pool.stop(kLong));
    CHECK(pool.stats().queued.value() == 0);
    CHECK(pool.stats().running.value() == 0);
}
