// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postern::server {

/// What the gateway stops doing while its memory nears the ceiling; each includes those before it (ADR 0012).
enum class Pressure : std::uint8_t {
    None,
    NoHandshakes,  ///< from 80 % of the ceiling: handshakes get 503
    NoReading,     ///< from 90 %: clients with unsent bytes are not read
    Shedding,      ///< from 95 %: the slowest readers are closed
};

/// For the log.
constexpr std::string_view to_string(Pressure pressure)
{
    switch (pressure) {
        case Pressure::None:
            return "none";
        case Pressure::NoHandshakes:
            return "no_handshakes";
        case Pressure::NoReading:
            return "no_reading";
        case Pressure::Shedding:
            return "shedding";
    }
    return "";
}

/// The pressure that follows `current` when `used` bytes of `ceiling` are in use. It rises at once and falls
/// only when the use is 5 % of the ceiling below where it rose, so that it does not flicker. `ceiling` 0 is
/// none.
constexpr Pressure next_pressure(Pressure current, std::size_t used, std::size_t ceiling)
{
    constexpr std::size_t kRises[] = {0, 80, 90, 95};  // per cent
    constexpr std::size_t kFall = 5;
    if (ceiling == 0) return Pressure::None;
    for (std::size_t level = 3; level > 0; --level) {
        const bool is_there = static_cast<std::size_t>(current) >= level;
        if (used >= ceiling / 100 * (kRises[level] - (is_there ? kFall : 0))) {
            return static_cast<Pressure>(level);
        }
    }
    return Pressure::None;
}

/// How many bytes of unsent messages must go for the shedding to end.
constexpr std::size_t bytes_to_shed(std::size_t used, std::size_t ceiling)
{
    const std::size_t wanted = ceiling / 100 * 90;
    return used > wanted ? used - wanted : 0;
}

/// Whether what the allocator keeps for itself is to be given back to the system, for which threads that
/// allocate wait: whenever somebody would be refused or closed for it, else at every 40th look, ten seconds
/// after the last time, so that the level falls. `looks` since then.
constexpr bool is_trim_due(Pressure before, Pressure now, unsigned looks)
{
    constexpr unsigned kLooks = 40;
    if (now == Pressure::None) return false;
    return now > before || now == Pressure::Shedding || looks >= kLooks;
}

/// The node's pressure: written by the main thread, looked at by the shards. Thread: any.
class MemoryPressure {
public:
    Pressure get() const { return pressure_.load(std::memory_order_relaxed); }
    void set(Pressure pressure) { pressure_.store(pressure, std::memory_order_relaxed); }

private:
    std::atomic<Pressure> pressure_{Pressure::None};
};

}  // namespace postern::server
