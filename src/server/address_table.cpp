// SPDX-License-Identifier: Apache-2.0
#include "server/address_table.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <string_view>

namespace postern::server {

AddressKey::AddressKey(const std::string& text)
{
    constexpr std::size_t kPrefixBytes = 8;  // a /64
    in_addr v4{};
    if (inet_pton(AF_INET, text.c_str(), &v4) == 1) {
        bytes_[10] = bytes_[11] = 0xFF;
        std::memcpy(&bytes_[12], &v4, sizeof(v4));
    } else if (inet_pton(AF_INET6, text.c_str(), bytes_.data()) == 1) {
        std::fill(bytes_.begin() + kPrefixBytes, bytes_.end(), std::uint8_t{0});
    }
}

std::size_t AddressKey::Hash::operator()(const AddressKey& key) const
{
    return std::hash<std::string_view>()(
        {reinterpret_cast<const char*>(key.bytes_.data()), key.bytes_.size()});
}

void AddressTable::configure(const api::Limits& limits)
{
    sockets_max_.store(limits.connections_per_address_max, std::memory_order_relaxed);
    rate_.set(Rate(limits.connects_per_second_per_address, limits.connects_burst_per_address));
}

AddressTable::Entry AddressTable::enter(const std::string& address)
{
    const std::size_t sockets_max = sockets_max_.load(std::memory_order_relaxed);
    if (sockets_max == 0) return {true, nullptr};
    const AddressKey key(address);
    Stripe& stripe = stripe_of(key);
    const std::lock_guard lock(stripe.mutex);
    Record& record = stripe.records[key];
    if (record.sockets >= sockets_max) return {false, nullptr};
    ++record.sockets;
    return {true, std::make_unique<Place>(*this, key)};
}

void AddressTable::leave(const AddressKey& key)
{
    Stripe& stripe = stripe_of(key);
    const std::lock_guard lock(stripe.mutex);
    const auto found = stripe.records.find(key);
    const bool has_bucket = rate_.get().is_bound();
    if (--found->second.sockets == 0 && !has_bucket) stripe.records.erase(found);
}

bool AddressTable::admit_connect(const std::string& address, SteadyMillis now)
{
    const Rate rate = rate_.get();
    if (!rate.is_bound()) return true;
    const AddressKey key(address);
    Stripe& stripe = stripe_of(key);
    const std::lock_guard lock(stripe.mutex);
    if (stripe.records.size() > 2 * stripe.swept_size) forget(stripe, now);
    return stripe.records[key].bucket.take(rate, now);
}

/// Those without sockets whose bucket is full again would be the same if they were new.
void AddressTable::forget(Stripe& stripe, SteadyMillis now)
{
    std::erase_if(stripe.records, [now](const auto& item) {
        return item.second.sockets == 0 && item.second.bucket.is_full(now);
    });
    stripe.swept_size = std::max<std::size_t>(64, stripe.records.size());
}

std::size_t AddressTable::size() const
{
    std::size_t total = 0;
    for (const Stripe& stripe : stripes_) {
        const std::lock_guard lock(stripe.mutex);
        total += stripe.records.size();
    }
    return total;
}

}  // namespace postern::server
