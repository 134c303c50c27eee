// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"
#include "core/counter.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <limits>
#include <optional>

namespace postern::gateway {

class ConnectWaiter;
struct ConnectRequest;

/// Handshakes that wait until $connect can be asked for them: first come, first asked, none longer than its
/// deadline. Owns nothing: whoever waits takes himself out before he goes. Shard-local.
class ConnectQueue {
public:
    static constexpr SteadyMillis kNever = std::numeric_limits<SteadyMillis>::max();

    struct Waiting {
        const ConnectRequest* request = nullptr;
        ConnectWaiter* waiter = nullptr;
        SteadyMillis due = kNever;
    };

    void push(const Waiting& waiting)
    {
        waiting_.push_back(waiting);
        depth_.add(1);
    }

    std::optional<Waiting> next()
    {
        if (waiting_.empty()) return std::nullopt;
        const Waiting next = waiting_.front();
        waiting_.pop_front();
        depth_.add(-1);
        return next;
    }

    /// The first, if its time is over. All have had the same time unless a reload has changed it, so that
    /// nobody behind is due much earlier.
    std::optional<Waiting> next_overdue(SteadyMillis now)
    {
        return !waiting_.empty() && waiting_.front().due <= now ? next() : std::nullopt;
    }

    /// False: this one does not wait. Linear in what waits, which is bounded.
    bool remove(const ConnectWaiter& waiter)
    {
        const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& waiting) {
            return waiting.waiter == &waiter;
        });
        if (found == waiting_.end()) return false;
        waiting_.erase(found);
        depth_.add(-1);
        return true;
    }

    /// Thread: any.
    std::size_t size() const { return static_cast<std::size_t>(depth_.value()); }

    /// When the first one's time is over; kNever when nobody's is.
    SteadyMillis next_due() const { return waiting_.empty() ? kNever : waiting_.front().due; }

private:
    std::deque<Waiting> waiting_;
    Gauge depth_;
};

}  // namespace postern::gateway
