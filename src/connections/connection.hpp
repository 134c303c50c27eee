// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/close_codes.hpp"
#include "api/ids.hpp"
#include "core/clock.hpp"
#include "observability/counts.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::connections {

/// Outcome of an @connections operation; AWS's exception names where AWS has one.
/// BadGroup, and whatever is said about groups, is Postern's own.
enum class PostResult { Delivered, Gone, PayloadTooLarge, LimitExceeded, BadConnectionId, BadGroup };

/// What stays the same for as long as a client is connected.
struct ConnectionInfo {
    api::ConnectionId id;
    api::ConnectionAddress address;
    std::string api_id;
    std::string stage;
    std::string domain_name;  ///< the Host that the client used (gateway::Stages::domain_name, ADR 0017)
    std::string source_ip;
    std::optional<std::string> user_agent;
    EpochMillis connected_at = 0;
    observability::StageCounts* counts = nullptr;  ///< its shard's, of its stage; null: nobody counts
};

class Groups;
class SharedMessage;
struct Group;

/// That a connection is in a group, and where in the group's list.
struct Membership {
    Group* group = nullptr;
    std::size_t index = 0;
};

/// One admitted client, as handlers and @connections see it. Shard-local: touched only by the thread that
/// owns it.
class Connection {
public:
    const ConnectionInfo& info() const { return info_; }

    /// The last message either way (spec captures 1.4).
    virtual EpochMillis last_active_at() const = 0;

    /// Queues one message. LimitExceeded when the outbox is full: the connection is then being closed. Gone
    /// when it ends.
    virtual PostResult send(std::string_view payload, bool is_binary) = 0;

    /// The same for a message that others get as well.
    virtual PostResult send_shared(const SharedMessage& message) = 0;

    /// send() and send_shared() for somebody outside of the connection's own routes.
    PostResult post(std::string_view payload, bool is_binary) { return count(send(payload, is_binary)); }
    PostResult post_shared(const SharedMessage& message) { return count(send_shared(message)); }

    /// Sends a close frame and ends the connection; $disconnect gets the same code and reason. No effect on
    /// one that ends.
    virtual void close(std::uint16_t code, std::string_view reason) = 0;

    /// A message of this connection is being answered by somebody who takes his time; and now it has been.
    virtual void hold() = 0;
    virtual void release() = 0;

protected:
    ~Connection() = default;
    ConnectionInfo info_;

private:
    PostResult count(PostResult result)
    {
        if (result == PostResult::Delivered && info_.counts != nullptr) {
            info_.counts->unrouted.messages_out.add();
        }
        return result;
    }

    friend class Groups;
    std::unique_ptr<std::vector<Membership>> memberships_;  ///< null: in no group
};

}  // namespace postern::connections
