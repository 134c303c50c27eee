// SPDX-License-Identifier: Apache-2.0
#include "connections/directory.hpp"

#include "core/text.hpp"

#include <utility>

namespace postern::connections {

Directory::Directory(const api::ConnectionIdCodec& codec, std::uint16_t node, std::size_t message_bytes_max)
    : codec_(codec), node_(node), message_bytes_max_(message_bytes_max)
{}

void Directory::add(net::Shard& shard, Registry& registry)
{
    homes_.push_back({&shard, &registry});
}

bool Directory::is_well_formed(std::string_view connection_id) const
{
    return codec_.decode(connection_id).verdict != api::IdVerdict::Malformed;
}

void Directory::post(std::string_view api_id,
                     std::string_view connection_id,
                     std::string_view data,
                     Done done) const
{
    if (data.size() > message_bytes_max_.load(std::memory_order_relaxed))
        return done(PostResult::PayloadTooLarge);
    auto send = [text = text::to_utf8_lossy(data), done = std::move(done)](Connection* connection,
                                                                           PostResult otherwise) {
        done(connection == nullptr ? otherwise : connection->post(text, false));
    };
    visit(api_id, connection_id, std::move(send));
}

void Directory::get(std::string_view api_id, std::string_view connection_id, StatusDone done) const
{
    auto read = [done = std::move(done)](Connection* connection, PostResult otherwise) {
        if (connection == nullptr) return done(otherwise, {});
        const ConnectionInfo& info = connection->info();
        done(PostResult::Delivered,
             {info.source_ip, info.user_agent, info.connected_at, connection->last_active_at()});
    };
    visit(api_id, connection_id, std::move(read));
}

void Directory::remove(std::string_view api_id, std::string_view connection_id, Done done) const
{
    auto close = [done = std::move(done)](Connection* connection, PostResult otherwise) {
        if (connection == nullptr) return done(otherwise);
        connection->close(api::kClosedNormally.code, api::kClosedNormally.text);
        done(PostResult::Delivered);
    };
    visit(api_id, connection_id, std::move(close));
}

void Directory::visit(std::string_view api_id, std::string_view connection_id, Visit visit) const
{
    const api::DecodedId id = codec_.decode(connection_id);
    if (id.verdict == api::IdVerdict::Malformed) return visit(nullptr, PostResult::BadConnectionId);
    if (id.verdict == api::IdVerdict::Unknown || id.address.node != node_ ||
        id.address.shard >= homes_.size()) {
        return visit(nullptr, PostResult::Gone);
    }
    const Home& home = homes_[id.address.shard];
    auto work = [&home, address = id.address, api = std::string(api_id), visit = std::move(visit)] {
        Connection* connection = home.registry->find(address);
        const bool is_there = connection != nullptr && (api.empty() || connection->info().api_id == api);
        visit(is_there ? connection : nullptr, PostResult::Gone);
    };
    if (net::Shard::current() == home.shard) {
        work();
    } else {
        home.shard->post(std::move(work));
    }
}

}  // namespace postern::connections
