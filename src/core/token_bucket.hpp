// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>

namespace postern {

/// So many in a second, and so many at once before that counts. The default is no bound.
struct Rate {
    std::int64_t interval_us = 0;  ///< of one; 0: no bound
    std::int64_t burst_us = 0;     ///< what may be taken at once, as time

    Rate() = default;

    /// `per_second` 0 is no bound; `burst` 0 is one second's worth. At least one may always be taken at once.
    Rate(double per_second, double burst)
    {
        if (per_second <= 0) return;
        interval_us = std::max<std::int64_t>(1, static_cast<std::int64_t>(1'000'000 / per_second));
        const double at_once = std::max(1.0, burst > 0 ? burst : per_second);
        burst_us = static_cast<std::int64_t>(static_cast<double>(interval_us) * at_once);
    }

    bool is_bound() const { return interval_us > 0; }

    /// A bucket that will be full at `full_at_us` will be, when one is taken out of it now, full then;
    /// nothing when it is empty.
    std::optional<std::int64_t> take(std::int64_t full_at_us, SteadyMillis now) const
    {
        const std::int64_t next = std::max(full_at_us, now * 1000) + interval_us;
        return next - now * 1000 > burst_us ? std::nullopt : std::optional(next);
    }
};

/// A rate that may be set while others read it; who reads meanwhile may see half of each. Thread: any.
class SharedRate {
public:
    void set(const Rate& rate)
    {
        burst_us_.store(rate.burst_us, std::memory_order_relaxed);
        interval_us_.store(rate.interval_us, std::memory_order_relaxed);
    }

    Rate get() const
    {
        Rate rate;
        rate.interval_us = interval_us_.load(std::memory_order_relaxed);
        rate.burst_us = burst_us_.load(std::memory_order_relaxed);
        return rate;
    }

private:
    std::atomic<std::int64_t> interval_us_{0};
    std::atomic<std::int64_t> burst_us_{0};
};

/// A token bucket as one number: the time at which it will be full again. It is full when it is made.
class TokenBucket {
public:
    /// False, and nothing is taken, when it is empty.
    bool take(const Rate& rate, SteadyMillis now)
    {
        const std::optional<std::int64_t> next = rate.take(full_at_us_, now);
        if (next) full_at_us_ = *next;
        return next.has_value();
    }

    /// The first millisecond at which take() succeeds; not before `now`.
    SteadyMillis ready_at(const Rate& rate, SteadyMillis now) const
    {
        const std::int64_t ready_us = full_at_us_ + rate.interval_us - rate.burst_us;
        return std::max(now, (ready_us + 999) / 1000);
    }

    bool is_full(SteadyMillis now) const { return full_at_us_ <= now * 1000; }

private:
    std::int64_t full_at_us_ = 0;
};

/// A bucket with a rate of its own that several threads take from, without a lock. Thread: any.
class SharedTokenBucket {
public:
    explicit SharedTokenBucket(const Rate& rate = {}) { set(rate); }

    /// From now on; what has been taken still counts.
    void set(const Rate& rate) { rate_.set(rate); }

    /// Always true without a bound.
    bool take(SteadyMillis now)
    {
        const Rate rate = rate_.get();
        if (!rate.is_bound()) return true;
        std::int64_t full_at_us = full_at_us_.load(std::memory_order_relaxed);
        for (;;) {
            const std::optional<std::int64_t> next = rate.take(full_at_us, now);
            if (!next) return false;
            if (full_at_us_.compare_exchange_weak(full_at_us, *next, std::memory_order_relaxed)) return true;
        }
    }

private:
    SharedRate rate_;
    std::atomic<std::int64_t> full_at_us_{0};
};

}  // namespace postern
