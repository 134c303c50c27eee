// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/counter.hpp"
#include "gateway/deployment.hpp"
#include "integrations/event_scope.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

namespace postern::gateway {

/// How many $disconnect handlers are being asked at once, and the events that wait for their turn, in the
/// order in which the connections ended. Ten thousand clients that vanish together are then not ten thousand
/// invocations together. Nothing is ever dropped: each event was a connection, so their number is bounded by
/// that of the connections. Shard-local.
class DisconnectQueue {
public:
    struct Waiting {
        std::unique_ptr<integrations::OwnedEvent> event;
        std::shared_ptr<const Deployment> deployment;  ///< the one in force when the connection ended
    };

    /// Takes one of `open_max` places. False when all are taken, or when others wait: push() then.
    bool begin(std::size_t open_max)
    {
        if (!waiting_.empty() || open_ >= open_max) return false;
        ++open_;
        return true;
    }

    /// A place is free again.
    void end() { --open_; }

    void push(const integrations::EventParts& parts, const std::shared_ptr<const Deployment>& deployment)
    {
        waiting_.push_back(
            {std::make_unique<integrations::OwnedEvent>(parts, integrations::EventIds{}, deployment),
             deployment});
        depth_.add(1);
    }

    /// The event that has waited longest, with a place; nothing while there is no place.
    std::optional<Waiting> next(std::size_t open_max)
    {
        if (waiting_.empty() || open_ >= open_max) return std::nullopt;
        ++open_;
        Waiting next = std::move(waiting_.front());
        waiting_.pop_front();
        depth_.add(-1);
        return next;
    }

    /// Thread: any.
    std::size_t waiting() const { return static_cast<std::size_t>(depth_.value()); }

private:
    std::deque<Waiting> waiting_;
    Gauge depth_;
    std::size_t open_ = 0;
};

}  // namespace postern::gateway
