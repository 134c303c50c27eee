// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/ids.hpp"
#include "connections/registry.hpp"
#include "net/shard.hpp"

#include <atomic>
#include <functional>
#include <string_view>
#include <vector>

namespace postern::connections {

/// What GET @connections tells.
struct ConnectionStatus {
    std::string source_ip;
    std::optional<std::string> user_agent;
    EpochMillis connected_at = 0;
    EpochMillis last_active_at = 0;
};

/// Reaches any connection of the node by its id. Thread: any. When the caller is on the connection's own
/// shard the work is done before the call returns; otherwise it is handed to that shard and `done` is called
/// there.
class Directory {
public:
    using Done = std::function<void(PostResult)>;
    using StatusDone = std::function<void(PostResult, const ConnectionStatus&)>;

    Directory(const api::ConnectionIdCodec& codec, std::uint16_t node, std::size_t message_bytes_max);

    /// For the posts from now on. Thread: any.
    void set_message_bytes_max(std::size_t bytes)
    {
        message_bytes_max_.store(bytes, std::memory_order_relaxed);
    }

    /// Before the shards start.
    void add(net::Shard& shard, Registry& registry);

    /// The id has an id's shape; whether anybody has it is another question.
    bool is_well_formed(std::string_view connection_id) const;

    /// In all three, `api_id` "" reaches the connections of every API; of another API's connection AWS says
    /// it is gone.
    ///
    /// Sends one text message; bytes that are not UTF-8 become U+FFFD (spec data-plane 6).
    void post(std::string_view api_id,
              std::string_view connection_id,
              std::string_view data,
              Done done) const;
    void get(std::string_view api_id, std::string_view connection_id, StatusDone done) const;
    /// Closes with 1000 "Connection Closed Normally".
    void remove(std::string_view api_id, std::string_view connection_id, Done done) const;

private:
    struct Home {
        net::Shard* shard = nullptr;
        Registry* registry = nullptr;
    };
    /// What is done at the connection's home: with the connection, or with null and the reason.
    using Visit = std::function<void(Connection*, PostResult otherwise)>;
    void visit(std::string_view api_id, std::string_view connection_id, Visit visit) const;

    const api::ConnectionIdCodec& codec_;
    std::uint16_t node_;
    std::atomic<std::size_t> message_bytes_max_;
    std::vector<Home> homes_;
};

}  // namespace postern::connections
