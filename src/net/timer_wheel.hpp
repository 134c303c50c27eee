// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace postern::net {

/// Many coarse deadlines for the price of one timer: setting and cancelling cost a few writes, and nothing is
/// allocated after warm-up. A deadline fires at its tick or at most one tick later, never early. Shard-local;
/// told the time by its owner.
class TimerWheel {
public:
    /// Names a pending deadline; kNone names none.
    using Id = std::uint32_t;
    static constexpr Id kNone = ~Id{0};

    /// `on_due(item)` is called from advance(), when the deadline is no longer pending: it may set others.
    TimerWheel(std::chrono::milliseconds tick,
               std::size_t buckets,
               std::function<void(std::uint64_t)> on_due);

    Id set(SteadyMillis due, std::uint64_t item);
    void cancel(Id& id);

    /// Fires what is due at `now`.
    void advance(SteadyMillis now);

    std::size_t pending() const { return pending_; }
    std::chrono::milliseconds tick() const { return tick_; }

private:
    struct Node {
        SteadyMillis due = 0;
        std::uint64_t item = 0;
        Id next = kNone;
        Id previous = kNone;
        std::uint32_t bucket = 0;
    };

    std::uint32_t bucket_of(SteadyMillis due) const;
    void link(Id id, std::uint32_t bucket);
    void unlink(Id id);

    std::chrono::milliseconds tick_;
    std::function<void(std::uint64_t)> on_due_;
    std::vector<Id> buckets_;  ///< heads; the last one lists what fires in this sweep
    std::uint32_t firing_;
    std::vector<Node> nodes_;
    std::vector<Id> free_;
    std::int64_t done_tick_ = -1;  ///< the last tick that was swept
    std::size_t pending_ = 0;
};

}  // namespace postern::net
