// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace postern::server {

/// How fast a drain closes connections: those that were there when it began, evenly over the drain time, the
/// first at once. Whoever leaves by himself is one less to close, so that the drain then ends earlier.
class DrainPace {
public:
    using Millis = std::chrono::milliseconds;
    static constexpr Millis kStep{50};

    DrainPace() = default;

    /// `time` 0: all at once.
    DrainPace(std::size_t connections, Millis time) : connections_(connections), time_(time) {}

    /// How many of them are to be closed by now.
    std::size_t due(Millis elapsed) const
    {
        if (time_.count() <= 0) return connections_;
        const auto passed = static_cast<std::size_t>(std::min(elapsed, time_).count());
        return std::min(connections_, connections_ * passed / static_cast<std::size_t>(time_.count()) + 1);
    }

private:
    std::size_t connections_ = 0;
    Millis time_{0};
};

}  // namespace postern::server
