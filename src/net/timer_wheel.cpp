// SPDX-License-Identifier: Apache-2.0
#include "net/timer_wheel.hpp"

#include <algorithm>

namespace postern::net {

TimerWheel::TimerWheel(std::chrono::milliseconds tick,
                       std::size_t buckets,
                       std::function<void(std::uint64_t)> on_due)
    : tick_(tick),
      on_due_(std::move(on_due)),
      buckets_(buckets + 1, kNone),
      firing_(static_cast<std::uint32_t>(buckets))
{}

std::uint32_t TimerWheel::bucket_of(SteadyMillis due) const
{
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(due / tick_.count()) % firing_);
}

TimerWheel::Id TimerWheel::set(SteadyMillis due, std::uint64_t item)
{
    Id id = kNone;
    if (free_.empty()) {
        id = static_cast<Id>(nodes_.size());
        nodes_.emplace_back();
    } else {
        id = free_.back();
        free_.pop_back();
    }
    // Rounded up to a tick that is still to be swept: never early, never lost.
    const std::int64_t tick = std::max((due + tick_.count() - 1) / tick_.count(), done_tick_ + 1);
    nodes_[id].due = tick * tick_.count();
    nodes_[id].item = item;
    link(id, bucket_of(nodes_[id].due));
    ++pending_;
    return id;
}

void TimerWheel::cancel(Id& id)
{
    if (id == kNone) return;
    unlink(id);
    free_.push_back(id);
    --pending_;
    id = kNone;
}

void TimerWheel::advance(SteadyMillis now)
{
    const std::int64_t now_tick = now / tick_.count();
    if (pending_ == 0) {
        done_tick_ = std::max(done_tick_, now_tick);
        return;
    }
    const std::int64_t last = std::min(now_tick, done_tick_ + static_cast<std::int64_t>(firing_));
    for (std::int64_t tick = done_tick_ + 1; tick <= last; ++tick) {
        for (Id id = buckets_[static_cast<std::uint64_t>(tick) % firing_]; id != kNone;) {
            const Id next = nodes_[id].next;
            if (nodes_[id].due <= now) {
                unlink(id);
                link(id, firing_);
            }
            id = next;
        }
    }
    done_tick_ = std::max(done_tick_, now_tick);  // what a callback sets lies behind this sweep
    // One by one from a list of their own: a callback may cancel a deadline that is due as well.
    while (buckets_[firing_] != kNone) {
        Id id = buckets_[firing_];
        const std::uint64_t item = nodes_[id].item;
        cancel(id);
        on_due_(item);
    }
}

void TimerWheel::link(Id id, std::uint32_t bucket)
{
    Node& node = nodes_[id];
    node.bucket = bucket;
    node.previous = kNone;
    node.next = buckets_[bucket];
    if (node.next != kNone) nodes_[node.next].previous = id;
    buckets_[bucket] = id;
}

void TimerWheel::unlink(Id id)
{
    const Node& node = nodes_[id];
    if (node.previous == kNone) {
        buckets_[node.bucket] = node.next;
    } else {
        nodes_[node.previous].next = node.next;
    }
    if (node.next != kNone) nodes_[node.next].previous = node.previous;
}

}  // namespace postern::net
