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
    if (data.size() > message_bytes_max()) return done(PostResult::PayloadTooLarge);
    auto send = [text = text::to_utf8_lossy(data), done = std::move(done)](Connection* connection,
                                                                           PostResult otherwise) {
        done(connection == nullptr ? otherwise : connection->post(text, false));
    };
    visit(api_id, connection_id, Reach::Expected, std::move(send));
}

void Directory::get(std::string_view api_id, std::string_view connection_id, StatusDone done) const
{
    auto read = [done = std::move(done)](Connection* connection, PostResult otherwise) {
        if (connection == nullptr) return done(otherwise, {});
        const ConnectionInfo& info = connection->info();
        done(PostResult::Delivered,
             {info.source_ip,
              info.user_agent,
              info.connected_at,
              connection->last_active_at(),
              info.api_id,
              info.stage});
    };
    visit(api_id, connection_id, Reach::Admitted, std::move(read));
}

void Directory::remove(std::string_view api_id, std::string_view connection_id, Done done) const
{
    close(api_id, connection_id, api::kClosedNormally.code, api::kClosedNormally.text, std::move(done));
}

void Directory::close(std::string_view api_id,
                      std::string_view connection_id,
                      std::uint16_t code,
                      std::string_view reason,
                      Done done) const
{
    auto end = [code, reason = std::string(reason), done = std::move(done)](Connection* connection,
                                                                            PostResult otherwise) {
        if (connection == nullptr) return done(otherwise);
        connection->close(code, reason);
        done(PostResult::Delivered);
    };
    visit(api_id, connection_id, Reach::Admitted, std::move(end));
}

void Directory::visit(std::string_view api_id, std::string_view connection_id, Reach reach, Visit visit) const
{
    api::ConnectionAddress address;
    PostResult otherwise = PostResult::Gone;
    const Home* const home = home_of(connection_id, address, otherwise);
    if (home == nullptr) return visit(nullptr, otherwise);
    run_at(*home, [home, address, reach, api = std::string(api_id), visit = std::move(visit)] {
        Connection* connection =
            reach == Reach::Admitted ? home->registry->find(address) : home->registry->find_expected(address);
        const bool is_there = connection != nullptr && (api.empty() || connection->info().api_id == api);
        visit(is_there ? connection : nullptr, PostResult::Gone);
    });
}

const Directory::Home* Directory::home_of(std::string_view connection_id,
                                          api::ConnectionAddress& address,
                                          PostResult& otherwise) const
{
    const api::DecodedId id = codec_.decode(connection_id);
    address = id.address;
    const bool is_malformed = id.verdict == api::IdVerdict::Malformed;
    otherwise = is_malformed ? PostResult::BadConnectionId : PostResult::Gone;
    const bool is_ours =
        id.verdict == api::IdVerdict::Ours && address.node == node_ && address.shard < homes_.size();
    return is_ours ? &homes_[address.shard] : nullptr;
}

}  // namespace postern::connections
