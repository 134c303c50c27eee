// SPDX-License-Identifier: Apache-2.0
#include "core/repeat_limit.hpp"

#include <functional>

namespace postern::log {

RepeatLimit::Slot* RepeatLimit::find(std::string_view name)
{
    const std::uint64_t hash = std::hash<std::string_view>()(name) | 1U;
    for (std::size_t step = 0; step < kSlots; ++step) {
        Slot& slot = slots_[(hash + step) % kSlots];
        std::uint64_t known = slot.name.load(std::memory_order_relaxed);
        if (known == 0 && slot.name.compare_exchange_strong(known, hash, std::memory_order_relaxed)) {
            return &slot;
        }
        if (known == hash) return &slot;
    }
    return nullptr;
}

std::optional<std::uint64_t> RepeatLimit::admit(std::string_view name, std::uint32_t second)
{
    Slot* slot = find(name);
    if (slot == nullptr) return 0;  // more names than anybody has thought of: nothing is lost
    std::uint64_t window = slot->window.load(std::memory_order_relaxed);
    for (;;) {
        const std::uint64_t counted_second = window >> 32U;
        // One second back is another thread's that came late; more is a clock that was set.
        const bool is_next = second > counted_second || second + 1 < counted_second;
        if (!is_next && (window & 0xFFFFFFFFU) >= lines_max_) {
            slot->left_out.fetch_add(1, std::memory_order_relaxed);
            return std::nullopt;
        }
        const std::uint64_t counted = is_next ? std::uint64_t{second} << 32U | 1U : window + 1;
        if (slot->window.compare_exchange_weak(window, counted, std::memory_order_relaxed)) break;
    }
    return slot->left_out.exchange(0, std::memory_order_relaxed);
}

}  // namespace postern::log
