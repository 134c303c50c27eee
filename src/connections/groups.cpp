// SPDX-License-Identifier: Apache-2.0
#include "connections/groups.hpp"

#include "connections/shared_message.hpp"
#include "core/check.hpp"

#include <algorithm>
#include <utility>

namespace postern::connections {

namespace {

constexpr std::size_t kNameBytesMax = 128;

std::string key_of(std::string_view api_id, std::string_view name)
{
    std::string key;
    key.reserve(api_id.size() + 1 + name.size());
    return key.append(api_id).append(1, '/').append(name);
}

Membership* find_in(std::vector<Membership>& memberships, const Group& group)
{
    const auto found = std::find_if(
        memberships.begin(), memberships.end(), [&](const Membership& m) { return m.group == &group; });
    return found == memberships.end() ? nullptr : &*found;
}

}  // namespace

bool is_group_name(std::string_view name)
{
    return !name.empty() && name.size() <= kNameBytesMax &&
           std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~' && c != '/'; });
}

PostResult Groups::join(Connection& connection, std::string_view name)
{
    if (!connection.memberships_) connection.memberships_ = std::make_unique<std::vector<Membership>>();
    std::vector<Membership>& memberships = *connection.memberships_;
    std::string key = key_of(connection.info().api_id, name);
    const auto found = groups_.find(key);
    if (found != groups_.end() && find_in(memberships, found->second) != nullptr) {
        return PostResult::Delivered;
    }
    if (memberships.size() >= groups_per_connection_) return PostResult::LimitExceeded;

    const auto entry = found == groups_.end() ? groups_.try_emplace(std::move(key)).first : found;
    Group& group = entry->second;
    group.key = &entry->first;
    memberships.push_back({&group, group.members.size()});
    group.members.push_back(&connection);
    return PostResult::Delivered;
}

void Groups::leave(Connection& connection, std::string_view name)
{
    if (!connection.memberships_) return;
    const auto found = groups_.find(key_of(connection.info().api_id, name));
    if (found == groups_.end()) return;
    std::vector<Membership>& memberships = *connection.memberships_;
    Membership* const membership = find_in(memberships, found->second);
    if (membership == nullptr) return;
    remove(*membership);
    *membership = memberships.back();
    memberships.pop_back();
    if (memberships.empty()) connection.memberships_.reset();
}

void Groups::leave_all(Connection& connection)
{
    if (!connection.memberships_) return;
    for (const Membership& membership : *connection.memberships_) remove(membership);
    connection.memberships_.reset();
}

/// Out of the group's list; the connection's own list is the caller's business. The last member takes the
/// place, and the group ends with its last.
void Groups::remove(const Membership& membership)
{
    Group& group = *membership.group;
    Connection* const last = group.members.back();
    Membership* const moved = find_in(*last->memberships_, group);
    POSTERN_CHECK(moved != nullptr);
    group.members[membership.index] = last;
    moved->index = membership.index;
    group.members.pop_back();
    if (group.members.empty()) groups_.erase(groups_.find(*group.key));
}

std::size_t Groups::broadcast(std::string_view api_id,
                              std::string_view name,
                              const SharedMessage& message,
                              std::span<Connection* const> except) const
{
    const auto found = groups_.find(key_of(api_id, name));
    if (found == groups_.end()) return 0;
    // A copy: who reads too slowly is closed by this, and what handlers do then changes the group. Whoever
    // ends within this turn still exists until its end.
    const std::vector<Connection*> members = found->second.members;
    std::size_t accepted = 0;
    for (Connection* member : members) {
        if (!except.empty() && std::binary_search(except.begin(), except.end(), member)) continue;
        if (member->post_shared(message) == PostResult::Delivered) ++accepted;
    }
    return accepted;
}

}  // namespace postern::connections
