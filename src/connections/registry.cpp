// SPDX-License-Identifier: Apache-2.0
#include "connections/registry.hpp"

#include "core/check.hpp"

#include <utility>

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
        slots_.push_back({nullptr, first_generation_, false});
    }
    return api::ConnectionAddress{node_, shard_, slot, slots_[slot].generation};
}

void Registry::expect(const api::ConnectionAddress& address, Connection& connection)
{
    POSTERN_CHECK(slots_[address.slot].connection == nullptr);
    slots_[address.slot].connection = &connection;
}

void Registry::admit(const api::ConnectionAddress& address, Connection& connection)
{
    Slot& slot = slots_[address.slot];
    POSTERN_CHECK(!slot.is_admitted && (slot.connection == nullptr || slot.connection == &connection));
    slot.connection = &connection;
    slot.is_admitted = true;
    count(1);
}

void Registry::dismiss(const api::ConnectionAddress& address)
{
    Connection* const connection = find_expected(address);
    if (connection == nullptr) return;
    groups_.leave_all(*connection);
    Slot& slot = slots_[address.slot];
    slot.connection = nullptr;
    if (std::exchange(slot.is_admitted, false)) count(-1);
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
    Connection* const connection = find_expected(address);
    return connection != nullptr && slots_[address.slot].is_admitted ? connection : nullptr;
}

Connection* Registry::find_expected(const api::ConnectionAddress& address) const
{
    if (address.slot >= slots_.size()) return nullptr;
    const Slot& slot = slots_[address.slot];
    return slot.generation == address.generation ? slot.connection : nullptr;
}

Connection* Registry::at(std::uint32_t slot) const
{
    return slots_[slot].is_admitted ? slots_[slot].connection : nullptr;
}

void Registry::for_each(const std::function<void(Connection&)>& visit) const
{
    for (const Slot& slot : slots_) {
        if (slot.is_admitted) visit(*slot.connection);
    }
}

}  // namespace postern::connections
