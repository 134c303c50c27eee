// SPDX-License-Identifier: Apache-2.0
#include "net/shard.hpp"

#include "core/log.hpp"

#include <exception>

namespace postern::net {

namespace {

thread_local Shard* t_current = nullptr;

constexpr std::chrono::milliseconds kSecondsTick{250};
constexpr std::chrono::milliseconds kMomentsTick{10};
constexpr std::size_t kBuckets =
    4096;  // x 250 ms: 17 minutes, x 10 ms: 41 seconds; longer ones go round again

constexpr int kLastPosts = 10'000;

}  // namespace

Shard::Shard(std::size_t index, const Clock& clock)
    : index_(index),
      clock_(clock),
      now_(clock.steady()),
      io_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      seconds_(kSecondsTick, kBuckets, [this](std::uint64_t item) { second_due_(item); }),
      moments_(kMomentsTick, kBuckets, [this](std::uint64_t item) { moment_due_(item); }),
      seconds_timer_(io_.get_executor()),
      moments_timer_(io_.get_executor()),
      poller_(io_, [this](const std::function<void()>& round) { run(round); }),
      work_(io_.get_executor())
{}

Shard::~Shard()
{
    stop();
    join();
}

void Shard::run(const std::function<void()>& work)
{
    now_ = clock_.steady();
    try {
        work();
        if (turn_end_) turn_end_();
    } catch (const std::exception& failure) {
        // Nothing on the data path throws by design; whatever does is a bug of ours, and costs this turn
        // only.
        log::error("shard.exception", {{"shard", index_}, {"what", failure.what()}});
    }
    arm(seconds_timer_, seconds_armed_, seconds_);
    arm(moments_timer_, moments_armed_, moments_);
}

void Shard::arm(SteadyTimer& timer, bool& armed, TimerWheel& wheel)
{
    if (armed || wheel.pending() == 0) return;
    armed = true;
    if (&wheel == &seconds_) seconds_tick_at_ = clock_.steady() + wheel.tick().count();
    timer.expires_after(wheel.tick());
    timer.async_wait([this, &armed, &wheel](boost::system::error_code error) {
        armed = false;
        if (error) return;
        run([&] {
            if (&wheel == &seconds_) stats_.loop_lag.record(now_ - seconds_tick_at_);
            wheel.advance(now_);
        });
    });
}

void Shard::start()
{
    poller_.start();
    thread_.start([this] {
        t_current = this;
        io_.run();
        // What others have handed over before the end is still done; what it starts in turn is not waited
        // for.
        io_.restart();
        for (int i = 0; i < kLastPosts && io_.poll_one() > 0; ++i) {
        }
        t_current = nullptr;
    });
}

void Shard::stop()
{
    boost::asio::post(io_, [this] { io_.stop(); });
}

Shard* Shard::current()
{
    return t_current;
}

}  // namespace postern::net
