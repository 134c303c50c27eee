// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connections/connection.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace postern::connections {

/// A group has a name within its API: 1 to 128 printable ASCII characters without '/'.
bool is_group_name(std::string_view name);

struct Group {
    const std::string* key = nullptr;  ///< the table's
    std::vector<Connection*> members;
};

/// Which of one shard's connections are in which groups. A group is there for as long as it has members.
/// Shard-local.
class Groups {
public:
    static constexpr std::size_t kGroupsPerConnection = 100;

    /// From now on; whoever is in more stays there.
    void set_limit(std::size_t groups_per_connection) { groups_per_connection_ = groups_per_connection; }

    /// Into the group of the connection's API. LimitExceeded when it is in too many; joining twice is joining
    /// once.
    PostResult join(Connection& connection, std::string_view name);

    /// No effect on one who is not in it.
    void leave(Connection& connection, std::string_view name);
    void leave_all(Connection& connection);

    /// To all who are in it now, except `except` (sorted). How many it has been accepted for.
    std::size_t broadcast(std::string_view api_id,
                          std::string_view name,
                          const SharedMessage& message,
                          std::span<Connection* const> except) const;

    std::size_t count() const { return groups_.size(); }

private:
    void remove(const Membership& membership);

    /// By "API/NAME": an API's id has no slash.
    std::unordered_map<std::string, Group> groups_;
    std::size_t groups_per_connection_ = kGroupsPerConnection;
};

}  // namespace postern::connections
