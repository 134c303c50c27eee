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
    ConnectRate(double per_second, double burst)
        : interval_us_(per_second > 0 ? static_cast<std::int64_t>(1'000'000 / per_second) : 0),
          burst_us_(static_cast<std::int64_t>(static_cast<double>(interval_us_) * (burst < 1 ? 1 : burst)))
    {}

    bool admit(SteadyMillis now)
    {
        if (interval_us_ == 0) return true;
        const std::int64_t now_us = now * 1000;
        std::int64_t full_at = full_at_us_.load(std::memory_order_relaxed);
        for (;;) {
            const std::int64_t next = (full_at > now_us ? full_at : now_us) + interval_us_;
            if (next - now_us > burst_us_) return false;
            if (full_at_us_.compare_exchange_weak(full_at, next, std::memory_order_relaxed)) return true;
        }
    }

private:
    std::int64_t interval_us_;
    std::int64_t burst_us_;
    std::atomic<std::int64_t> full_at_us_{0};
};

}  // namespace postern::gateway
