// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/ids.hpp"
#include "connections/connection.hpp"
#include "connections/groups.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace postern::connections {

/// One shard's connections by slot and generation: an id finds its connection with two comparisons, and an id
/// of a former tenant of the slot finds nothing. Shard-local.
class Registry {
public:
    /// `first_generation` is drawn at random at start, so that ids of an earlier process are not mistaken for
    /// ours.
    Registry(std::uint16_t node, std::uint8_t shard, std::uint32_t first_generation);

    /// An address for a connection that is being opened; not to be found until admit(). Nothing when all
    /// slots are taken.
    std::optional<api::ConnectionAddress> reserve();

    /// Its $connect is being asked: only find_expected() finds it.
    void expect(const api::ConnectionAddress& address, Connection& connection);

    void admit(const api::ConnectionAddress& address, Connection& connection);

    /// Not to be found any more, and in no group; the address stays taken until release().
    void dismiss(const api::ConnectionAddress& address);
    void release(const api::ConnectionAddress& address);

    /// Null when it is gone, or not yet admitted.
    Connection* find(const api::ConnectionAddress& address) const;

    /// The same, or one whose $connect is being asked.
    Connection* find_expected(const api::ConnectionAddress& address) const;

    /// Which of them are in which groups.
    Groups& groups() { return groups_; }

    /// Thread: any.
    std::size_t admitted() const { return admitted_.load(std::memory_order_relaxed); }

    /// For a walk in portions: the slots that exist, and who is in one; null when nobody is.
    std::uint32_t slot_count() const { return static_cast<std::uint32_t>(slots_.size()); }
    Connection* at(std::uint32_t slot) const;

    /// Every admitted connection; `visit` may close them.
    void for_each(const std::function<void(Connection&)>& visit) const;

private:
    void count(std::ptrdiff_t change);

    struct Slot {
        Connection* connection = nullptr;
        std::uint32_t generation = 0;
        bool is_admitted = false;
    };

    std::uint16_t node_;
    std::uint8_t shard_;
    std::uint32_t first_generation_;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_;
    std::atomic<std::size_t> admitted_{0};  ///< written by the shard only
    Groups groups_;
};

}  // namespace postern::connections
