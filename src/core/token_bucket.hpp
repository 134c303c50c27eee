// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"

#include <algorithm>
#include <cstdint>

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
};

/// A token bucket as one number: the time at which it will be full again. It is full when it is made.
class TokenBucket {
public:
    /// False, and nothing is taken, when it is empty.
    bool take(const Rate& rate, SteadyMillis now)
    {
        const std::int64_t next = std::max(full_at_us_, now * 1000) + rate.interval_us;
        if (next - now * 1000 > rate.burst_us) return false;
        full_at_us_ = next;
        return true;
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

}  // namespace postern
