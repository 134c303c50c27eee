// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"

#include <atomic>
#include <cstdint>

namespace postern::gateway {

/// How many handshakes a second the node lets in (spec data-plane 6: 500/s): a token bucket as one number,
/// the time at which it will be full again, so that all shards share it without a lock. Thread: any.
class ConnectRate {
public:
    /// `per_second` 0 admits everybody; `burst` is at least 1.
    ConnectRate(double per_second, double burst) { set(per_second, burst); }

    /// From now on; who has been let in still counts.
    void set(double per_second, double burst)
    {
        const auto interval = per_second > 0 ? static_cast<std::int64_t>(1'000'000 / per_second) : 0;
        interval_us_.store(interval, std::memory_order_relaxed);
        burst_us_.store(static_cast<std::int64_t>(static_cast<double>(interval) * (burst < 1 ? 1 : burst)),
                        std::memory_order_relaxed);
    }

    bool admit(SteadyMillis now)
    {
        const std::int64_t interval_us = interval_us_.load(std::memory_order_relaxed);
        if (interval_us == 0) return true;
        const std::int64_t burst_us = burst_us_.load(std::memory_order_relaxed);
        const std::int64_t now_us = now * 1000;
        std::int64_t full_at = full_at_us_.load(std::memory_order_relaxed);
        for (;;) {
            const std::int64_t next = (full_at > now_us ? full_at : now_us) + interval_us;
            if (next - now_us > burst_us) return false;
            if (full_at_us_.compare_exchange_weak(full_at, next, std::memory_order_relaxed)) return true;
        }
    }

private:
    std::atomic<std::int64_t> interval_us_{0};
    std::atomic<std::int64_t> burst_us_{0};
    std::atomic<std::int64_t> full_at_us_{0};
};

}  // namespace postern::gateway
