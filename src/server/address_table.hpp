// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/limits.hpp"
#include "core/token_bucket.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace postern::server {

/// Who a client is as far as limits are concerned: an IPv4 address, or the /64 of an IPv6 address, which is
/// what one customer of a provider gets.
class AddressKey {
public:
    /// `text` as the kernel writes addresses; anything else is one key of its own.
    explicit AddressKey(const std::string& text);
    bool operator==(const AddressKey&) const = default;

    struct Hash {
        std::size_t operator()(const AddressKey& key) const;
    };

private:
    std::array<std::uint8_t, 16> bytes_{};
};

/// The node's sockets and handshakes by address. Asked when a socket is accepted and when a handshake comes,
/// never for a message; with both limits off nothing is kept and no lock is taken. Thread: any.
class AddressTable {
public:
    /// From now on. Sockets that were accepted while nothing was counted are never counted.
    void configure(const api::Limits& limits);

    /// A socket that counts, until it is destroyed; whoever holds it must not outlive the table.
    class Place {
    public:
        Place(AddressTable& table, const AddressKey& key) : table_(table), key_(key) {}
        ~Place() { table_.leave(key_); }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

    private:
        AddressTable& table_;
        AddressKey key_;
    };

    struct Entry {
        bool is_admitted = false;
        std::unique_ptr<Place> place;  ///< null while sockets are not counted
    };
    Entry enter(const std::string& address);

    bool admit_connect(const std::string& address, SteadyMillis now);

    /// Addresses that are remembered: those with sockets, and those whose bucket is not full yet.
    std::size_t size() const;

private:
    struct Record {
        std::size_t sockets = 0;
        TokenBucket bucket;
    };
    struct Stripe {
        mutable std::mutex mutex;
        std::unordered_map<AddressKey, Record, AddressKey::Hash> records;
        std::size_t swept_size = 64;  ///< records are looked through for forgettable ones beyond twice this
    };

    void leave(const AddressKey& key);
    Stripe& stripe_of(const AddressKey& key) { return stripes_[AddressKey::Hash()(key) % stripes_.size()]; }
    static void forget(Stripe& stripe, SteadyMillis now);

    std::atomic<std::size_t> sockets_max_{0};
    SharedRate rate_;
    std::array<Stripe, 64> stripes_;
};

}  // namespace postern::server
