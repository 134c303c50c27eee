// SPDX-License-Identifier: Apache-2.0
#include "connections/registry.hpp"

#include "core/check.hpp"

namespace postern::connections {

Registry::Registry(std::uint16_t node, std::uint8_t shard, std::uint32_t first_generation)
    : node_(node), shard_(shard), first_generation_(first_generation & api::kGenerationMax)
{}

std::optional<api::ConnectionAddress> Registry::reserve()
{
    std::uint32_t slot = 0;
    if (!free_.empty()) {
        slot = free_.back();
        free_.pop_back();
    } else {
        if (slots_.size() > api::kSlotMax) return std::nullopt;
        slot = static_cast<std::uint32_t>(slots_.size());
        slots_.push_back({nullptr, first_generation_});
    }
    return api::ConnectionAddress{node_, shard_, slot, slots_[slot].generation};
}

void Registry::admit(const api::ConnectionAddress& address, Connection& connection)
{
    POSTERN_CHECK(slots_[address.slot].connection == nullptr);
    slots_[address.slot].connection = &connection;
    count(1);
}

void Registry::dismiss(const api::ConnectionAddress& address)
{
    if (find(address) == nullptr) return;
    slots_[address.slot].connection = nullptr;
    count(-1);
}

void Registry::release(const api::ConnectionAddress& address)
{
    dismiss(address);
    slots_[address.slot].generation = (address.generation + 1) & api::kGenerationMax;
    free_.push_back(address.slot);
}

void Registry::count(std::ptrdiff_t change)
{
    // One writer: no locked instruction.
    admitted_.store(admitted() + static_cast<std::size_t>(change), std::memory_order_relaxed);
}

Connection* Registry::find(const api::ConnectionAddress& address) const
{
    if (address.slot >= slots_.size()) return nullptr;
    const Slot& slot = slots_[address.slot];
    return slot.generation == address.generation ? slot.connection : nullptr;
}

void Registry::for_each(const std::function<void(Connection&)>& visit) const
{
    for (const Slot& slot : slots_) {
        if (slot.connection != nullptr) visit(*slot.connection);
    }
}

}  // namespace postern::connections
