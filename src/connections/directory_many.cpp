// SPDX-License-Identifier: Apache-2.0
// What concerns several connections: one message for many, and groups.
#include "connections/directory.hpp"
#include "connections/groups.hpp"
#include "connections/shared_message.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace postern::connections {

void Directory::join(std::string_view api_id,
                     std::string_view connection_id,
                     std::string_view group,
                     Done done) const
{
    if (!is_group_name(group)) return done(PostResult::BadGroup);
    auto join = [this, group = std::string(group), done = std::move(done)](Connection* connection,
                                                                           PostResult otherwise) {
        if (connection == nullptr) return done(otherwise);
        done(homes_[connection->info().address.shard].registry->groups().join(*connection, group));
    };
    visit(api_id, connection_id, Reach::Expected, std::move(join));
}

void Directory::leave(std::string_view api_id,
                      std::string_view connection_id,
                      std::string_view group,
                      Done done) const
{
    if (!is_group_name(group)) return done(PostResult::BadGroup);
    auto leave = [this, group = std::string(group), done = std::move(done)](Connection* connection,
                                                                            PostResult otherwise) {
        if (connection == nullptr) return done(otherwise);
        homes_[connection->info().address.shard].registry->groups().leave(*connection, group);
        done(PostResult::Delivered);
    };
    visit(api_id, connection_id, Reach::Expected, std::move(leave));
}

namespace {

/// One message on its way to several shards; whoever is the last to be done tells.
struct Spread {
    Spread(std::string_view data, std::size_t shards)
        : message(text::is_utf8(data) ? SharedMessage(data) : SharedMessage(text::to_utf8_lossy(data))),
          open(shards)
    {}

    bool is_last() { return open.fetch_sub(1, std::memory_order_acq_rel) == 1; }

    const SharedMessage message;
    std::atomic<std::size_t> open;
};

struct Broadcast : Spread {
    using Spread::Spread;
    std::string api_id;
    std::string group;
    std::vector<api::ConnectionAddress> except;
    std::atomic<std::size_t> accepted{0};
    Directory::BroadcastDone done;
};

struct PostToMany : Spread {
    using Spread::Spread;
    struct Target {
        std::size_t index = 0;  ///< in `results`
        api::ConnectionAddress address;
    };
    std::string api_id;
    std::vector<std::vector<Target>> targets;  ///< by shard
    std::vector<PostResult> results;           ///< each written by the one shard that has its target
    Directory::ManyDone done;
};

}  // namespace

void Directory::broadcast(std::string_view api_id,
                          std::string_view group,
                          std::string_view data,
                          std::span<const std::string_view> except,
                          BroadcastDone done) const
{
    if (!is_group_name(group)) return done(PostResult::BadGroup, 0);
    if (data.size() > message_bytes_max()) return done(PostResult::PayloadTooLarge, 0);
    const auto spread = std::make_shared<Broadcast>(data, homes_.size());
    spread->api_id = api_id;
    spread->group = group;
    spread->done = std::move(done);
    for (const std::string_view id : except) {
        api::ConnectionAddress address;
        PostResult otherwise = PostResult::Gone;
        if (home_of(id, address, otherwise) != nullptr) spread->except.push_back(address);
    }
    run_at_all([spread](const Home& home) {
        std::vector<Connection*> excluded;
        for (const api::ConnectionAddress& address : spread->except) {
            if (address.shard != home.shard->index()) continue;
            if (Connection* connection = home.registry->find_expected(address))
                excluded.push_back(connection);
        }
        std::sort(excluded.begin(), excluded.end());
        const SharedMessage message = spread->message.for_another_shard();
        spread->accepted.fetch_add(
            home.registry->groups().broadcast(spread->api_id, spread->group, message, excluded),
            std::memory_order_relaxed);
        if (spread->is_last()) spread->done(PostResult::Delivered, spread->accepted.load());
    });
}

void Directory::post_to_many(std::string_view api_id,
                             std::span<const std::string> connection_ids,
                             std::string_view data,
                             ManyDone done) const
{
    const bool is_too_large = data.size() > message_bytes_max();
    if (is_too_large || connection_ids.empty()) {
        return done(std::vector<PostResult>(connection_ids.size(), PostResult::PayloadTooLarge));
    }
    const auto spread = std::make_shared<PostToMany>(data, homes_.size());
    spread->api_id = api_id;
    spread->done = std::move(done);
    spread->targets.resize(homes_.size());
    spread->results.resize(connection_ids.size());
    for (std::size_t i = 0; i < connection_ids.size(); ++i) {
        api::ConnectionAddress address;
        const Home* home = home_of(connection_ids[i], address, spread->results[i]);
        if (home != nullptr) spread->targets[address.shard].push_back({i, address});
    }
    run_at_all([spread](const Home& home) {
        const SharedMessage message = spread->message.for_another_shard();
        for (const PostToMany::Target& target : spread->targets[home.shard->index()]) {
            Connection* const connection = home.registry->find_expected(target.address);
            const bool is_there = connection != nullptr &&
                                  (spread->api_id.empty() || connection->info().api_id == spread->api_id);
            spread->results[target.index] = is_there ? connection->post_shared(message) : PostResult::Gone;
        }
        if (spread->is_last()) spread->done(std::move(spread->results));
    });
}

}  // namespace postern::connections
