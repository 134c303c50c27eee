// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/ids.hpp"
#include "connections/registry.hpp"
#include "core/result.hpp"
#include "net/shard.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::connections {

/// One connection: what GET @connections tells, and whose it is.
struct ConnectionStatus {
    std::string source_ip;
    std::optional<std::string> user_agent;
    EpochMillis connected_at = 0;
    EpochMillis last_active_at = 0;
    std::string api_id;
    std::string stage;
};

/// One connection in a list.
struct ConnectionEntry {
    std::string connection_id;
    std::string api_id;
    std::string stage;
    std::string source_ip;
    std::optional<std::string> user_agent;
    EpochMillis connected_at = 0;
    EpochMillis last_active_at = 0;
};

struct ConnectionPage {
    std::vector<ConnectionEntry> entries;
    std::string next;  ///< opaque: where the next page begins; "" at the end
};

/// Reaches any connection of the node by its id. Thread: any. When the caller is on the connection's own
/// shard, or nobody needs to be asked (a bad id or group, a message that is too large), all is done before
/// the call returns; otherwise it is handed to that shard and `done` is called there.
class Directory {
public:
    using Done = std::function<void(PostResult)>;
    using StatusDone = std::function<void(PostResult, const ConnectionStatus&)>;
    using ManyDone = std::function<void(std::vector<PostResult>)>;
    using BroadcastDone = std::function<void(PostResult, std::size_t accepted)>;
    using PageDone = std::function<void(Result<ConnectionPage>)>;

    Directory(const api::ConnectionIdCodec& codec, std::uint16_t node, std::size_t message_bytes_max);

    /// For the posts from now on. Thread: any.
    std::size_t message_bytes_max() const { return message_bytes_max_.load(std::memory_order_relaxed); }
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

    // Beyond AWS; directory_many.cpp and directory_list.cpp.

    /// remove() with a code and a reason of the caller's: such as a server may send, at most 123 bytes.
    void close(std::string_view api_id,
               std::string_view connection_id,
               std::uint16_t code,
               std::string_view reason,
               Done done) const;

    /// post() of one message to many connections: the frame is made once. The results are in the order of
    /// the ids; told once: inside the call when no shard is asked, else on the last one that was.
    void post_to_many(std::string_view api_id,
                      std::span<const std::string> connection_ids,
                      std::string_view data,
                      ManyDone done) const;

    /// Into a group of the connection's API, also while its $connect is being asked. BadGroup for what is no
    /// group's name, LimitExceeded when it is in too many.
    void join(std::string_view api_id,
              std::string_view connection_id,
              std::string_view group,
              Done done) const;
    /// Delivered also when it was not in the group.
    void leave(std::string_view api_id,
               std::string_view connection_id,
               std::string_view group,
               Done done) const;

    /// post() to all who are in the group, except those in `except`. Told once how many it has been accepted
    /// for: inside the call when no shard is asked, else on the last one that was.
    void broadcast(std::string_view api_id,
                   std::string_view group,
                   std::string_view data,
                   std::span<const std::string_view> except,
                   BroadcastDone done) const;

    /// A page of whoever is connected, at most `limit` (at least one); `stage` "" takes every stage. `after`
    /// is the `next` of the page before, "" for the first; what is no such token is BadInput. Whoever is
    /// connected from the first page to the last is on one of them, once. Shards are asked one after the
    /// other, each for some thousand slots a turn; `done` is called once, on the last one that was asked.
    void list(std::string_view api_id,
              std::string_view stage,
              std::string_view after,
              std::size_t limit,
              PageDone done) const;

private:
    struct Home {
        net::Shard* shard = nullptr;
        Registry* registry = nullptr;
    };
    /// What is done at the connection's home: with the connection, or with null and the reason.
    using Visit = std::function<void(Connection*, PostResult otherwise)>;
    /// Whether one whose $connect is being asked is there.
    enum class Reach { Admitted, Expected };
    void visit(std::string_view api_id, std::string_view connection_id, Reach reach, Visit visit) const;

    /// Ours and of this node; else null and the reason.
    const Home* home_of(std::string_view connection_id,
                        api::ConnectionAddress& address,
                        PostResult& otherwise) const;

    /// Now when this is the home's thread; else it is handed over. All: to the others first, so that what
    /// this thread does next comes after their work in their queues.
    template <class Work>
    static void run_at(const Home& home, Work work)
    {
        if (net::Shard::current() == home.shard) return work();
        home.shard->post(std::move(work));
    }
    template <class Work>
    void run_at_all(const Work& work) const
    {
        for (const Home& home : homes_) {
            if (net::Shard::current() != home.shard) home.shard->post([&home, work] { work(home); });
        }
        for (const Home& home : homes_) {
            if (net::Shard::current() == home.shard) work(home);
        }
    }

    // directory_list.cpp
    struct Walk;
    void walk_on(std::shared_ptr<Walk> walk) const;
    void walk_slots(const std::shared_ptr<Walk>& walk) const;

    const api::ConnectionIdCodec& codec_;
    std::uint16_t node_;
    std::atomic<std::size_t> message_bytes_max_;
    std::vector<Home> homes_;
};

}  // namespace postern::connections
