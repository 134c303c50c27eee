// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"
#include "core/random.hpp"
#include "net/loop_thread.hpp"
#include "net/poller.hpp"
#include "net/shard_stats.hpp"
#include "net/timer_wheel.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace postern::net {

using Executor = boost::asio::io_context::executor_type;
using SteadyTimer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                      boost::asio::wait_traits<std::chrono::steady_clock>,
                                                      Executor>;

/// The buffers all connections of a shard take turns in. They are empty whenever a connection begins to use
/// them: bytes left behind would reach another client, so every use ends by clearing, and the next one
/// checks.
struct SharedBuffers {
    static constexpr std::size_t kInputBytes = 256 * 1024;
    std::unique_ptr<char[]> input{new char[kInputBytes]};   ///< plain bytes that were read
    std::unique_ptr<char[]> cipher{new char[kInputBytes]};  ///< TLS records that were read
    std::string output;                                     ///< plain frames of the burst being answered
    std::string cipher_output;                              ///< TLS records to be sent
};

/// One thread and everything it owns. Work enters through run(), post() or the poller; each entry is a
/// *turn*: the clock is read once at its beginning, and at its end the ended-turn hook sends what was queued
/// and frees what has died.
class Shard {
public:
    Shard(std::size_t index, const Clock& clock);
    ~Shard();
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    std::size_t index() const { return index_; }
    boost::asio::io_context& io() { return io_; }
    Poller& poller() { return poller_; }
    TimerWheel& seconds() { return seconds_; }  ///< 250 ms ticks: idle, duration, handshake, pings
    TimerWheel& moments() { return moments_; }  ///< 10 ms ticks: integration timeouts
    SharedBuffers& buffers() { return buffers_; }
    Random& random() { return random_; }
    ShardStats& stats() { return stats_; }
    const ShardStats& stats() const { return stats_; }
    const Clock& clock() const { return clock_; }

    /// Time at the beginning of this turn.
    SteadyMillis now() const { return now_; }

    /// Owners of deadlines and of end-of-turn work; set before start().
    void on_second_due(std::function<void(std::uint64_t)> call) { second_due_ = std::move(call); }
    void on_moment_due(std::function<void(std::uint64_t)> call) { moment_due_ = std::move(call); }
    void on_turn_end(std::function<void()> call) { turn_end_ = std::move(call); }

    /// Runs `work` as one turn. Shard's thread only.
    void run(const std::function<void()>& work);

    /// Runs `work` as a turn of the shard's thread. Thread: any.
    template <class Work>
    void post(Work work)
    {
        boost::asio::post(io_, [this, work = std::move(work)]() mutable { run([&] { work(); }); });
    }

    void start();
    void stop();  ///< Ends the loop after the current turn. Thread: any.
    void join() { thread_.join(); }
    /// False: it is still in a turn that does not end, a handler's for instance.
    [[nodiscard]] bool join(std::chrono::milliseconds patience) { return thread_.join(patience); }

    /// The shard whose thread is calling, or null.
    static Shard* current();

private:
    void arm(SteadyTimer& timer, bool& armed, TimerWheel& wheel);

    std::size_t index_;
    const Clock& clock_;
    SteadyMillis now_;
    boost::asio::io_context io_;
    SharedBuffers buffers_;
    ShardStats stats_;
    SystemRandom random_;
    std::function<void(std::uint64_t)> second_due_;
    std::function<void(std::uint64_t)> moment_due_;
    std::function<void()> turn_end_;
    TimerWheel seconds_;
    TimerWheel moments_;
    SteadyTimer seconds_timer_;
    SteadyTimer moments_timer_;
    SteadyMillis seconds_tick_at_ = 0;  ///< when the tick that is armed should come
    bool seconds_armed_ = false;
    bool moments_armed_ = false;
    Poller poller_;
    boost::asio::executor_work_guard<Executor> work_;
    LoopThread thread_;
};

}  // namespace postern::net
