// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/counter.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace postern::gateway {

/// Places for so many at once, and a line of those that wait for one, in the order in which they came.
/// Whoever finds has_place() takes one with begin() and gives it back with end(); who finds none is pushed.
/// Shard-local.
template <class Waiting>
class Turns {
public:
    /// `depth` counts who waits, here and in the other lines that share it.
    explicit Turns(Gauge& depth) : depth_(depth) {}

    /// False when all places are taken, or when others wait already.
    bool has_place(std::size_t places) const { return line_.empty() && open_ < places; }

    void begin() { ++open_; }
    void end() { --open_; }

    void push(Waiting waiting)
    {
        line_.push_back(std::move(waiting));
        depth_.add(1);
    }

    /// Who has waited longest, while there is a place; it is not taken yet.
    std::optional<Waiting> next(std::size_t places) { return open_ < places ? pop() : std::nullopt; }

    /// The same, place or not.
    std::optional<Waiting> pop()
    {
        if (line_.empty()) return std::nullopt;
        std::optional<Waiting> first = std::move(line_.front());
        line_.pop_front();
        depth_.add(-1);
        return first;
    }

    std::size_t waiting() const { return line_.size(); }

protected:
    std::deque<Waiting> line_;
    Gauge& depth_;

private:
    std::size_t open_ = 0;
};

}  // namespace postern::gateway
