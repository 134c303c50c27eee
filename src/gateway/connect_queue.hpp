// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"
#include "gateway/turns.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace postern::gateway {

class ConnectWaiter;
struct ConnectRequest;

struct QueuedConnect {
    static constexpr SteadyMillis kNever = std::numeric_limits<SteadyMillis>::max();

    const ConnectRequest* request = nullptr;
    ConnectWaiter* waiter = nullptr;
    SteadyMillis due = kNever;
};

/// Handshakes for which a stage's $connect is being asked, and those that wait until it can be: first come,
/// first asked, none longer than its deadline. Owns nothing: whoever waits takes himself out before he goes.
/// Shard-local.
class ConnectQueue : public Turns<QueuedConnect> {
public:
    using Turns::Turns;

    /// The first, if its time is over. All have had the same time unless a reload has changed it, so that
    /// nobody behind is due much earlier.
    std::optional<QueuedConnect> next_overdue(SteadyMillis now)
    {
        return next_due() <= now ? pop() : std::nullopt;
    }

    /// When the first one's time is over; kNever when nobody's is.
    SteadyMillis next_due() const { return line_.empty() ? QueuedConnect::kNever : line_.front().due; }

    /// False: this one does not wait. Linear in what waits, which is bounded.
    bool remove(const ConnectWaiter& waiter)
    {
        const auto found = std::find_if(line_.begin(), line_.end(), [&](const QueuedConnect& waiting) {
            return waiting.waiter == &waiter;
        });
        if (found == line_.end()) return false;
        line_.erase(found);
        depth_.add(-1);
        return true;
    }
};

}  // namespace postern::gateway
