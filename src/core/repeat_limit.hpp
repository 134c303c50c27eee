// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace postern::log {

/// How many lines of one name a second are worth writing. Thread: any; no lock.
class RepeatLimit {
public:
    explicit RepeatLimit(std::uint32_t lines_per_second) : lines_max_(lines_per_second) {}

    /// Nothing when the line is to be left out; else how many of the name were, since the last one that was
    /// written. `second` is of any clock, also one that is set back.
    std::optional<std::uint64_t> admit(std::string_view name, std::uint32_t second);

private:
    struct Slot {
        std::atomic<std::uint64_t> name{0};    ///< its hash; 0 is free
        std::atomic<std::uint64_t> window{0};  ///< a second << 32 | its lines
        std::atomic<std::uint64_t> left_out{0};
    };
    static constexpr std::size_t kSlots = 256;  // names are literals of the program: a few dozen

    Slot* find(std::string_view name);

    std::uint32_t lines_max_;
    std::array<Slot, kSlots> slots_;
};

}  // namespace postern::log
