// SPDX-License-Identifier: Apache-2.0
#include "connections/directory.hpp"

#include <algorithm>
#include <utility>

namespace postern::connections {

namespace {

/// A turn looks at no more slots than this: each may be a cache miss, and clients wait meanwhile.
constexpr std::uint32_t kSlotsPerTurn = 4096;

ConnectionEntry entry_of(const Connection& connection)
{
    const ConnectionInfo& info = connection.info();
    return {info.id.str(),
            info.api_id,
            info.stage,
            info.source_ip,
            info.user_agent,
            info.connected_at,
            connection.last_active_at()};
}

}  // namespace

/// A list on its way from shard to shard.
struct Directory::Walk {
    std::string api_id;
    std::string stage;
    std::size_t limit = 1;
    PageDone done;
    ConnectionPage page;
    std::size_t shard = 0;  ///< where it is, and the slot that is looked at next
    std::uint32_t slot = 0;

    bool takes(const ConnectionInfo& info) const
    {
        return (api_id.empty() || info.api_id == api_id) && (stage.empty() || info.stage == stage);
    }
};

void Directory::list(std::string_view api_id,
                     std::string_view stage,
                     std::string_view after,
                     std::size_t limit,
                     PageDone done) const
{
    auto walk = std::make_shared<Walk>();
    walk->api_id = api_id;
    walk->stage = stage;
    walk->limit = std::max<std::size_t>(limit, 1);
    walk->done = std::move(done);
    if (!after.empty()) {
        // A token is the address of a place, enciphered as ids are: nobody can make one up.
        const api::DecodedId place = codec_.decode(after);
        if (place.verdict != api::IdVerdict::Ours || place.address.node != node_ ||
            place.address.shard >= homes_.size()) {
            return walk->done(Error(ErrorKind::BadInput, "this is no token of a list"));
        }
        walk->shard = place.address.shard;
        walk->slot = place.address.slot;
    }
    walk_on(std::move(walk));
}

/// To the shard whose turn it is, or to the end.
void Directory::walk_on(std::shared_ptr<Walk> walk) const
{
    if (walk->shard >= homes_.size()) return walk->done(std::move(walk->page));
    net::Shard* const shard = homes_[walk->shard].shard;
    shard->post([this, walk = std::move(walk)] { walk_slots(walk); });
}

void Directory::walk_slots(const std::shared_ptr<Walk>& walk) const
{
    const Registry& registry = *homes_[walk->shard].registry;
    const std::uint32_t end = std::min(registry.slot_count(), walk->slot + kSlotsPerTurn);
    for (; walk->slot < end; ++walk->slot) {
        const Connection* connection = registry.at(walk->slot);
        if (connection == nullptr || !walk->takes(connection->info())) continue;
        if (walk->page.entries.size() == walk->limit) {
            walk->page.next =
                codec_.encode({node_, static_cast<std::uint8_t>(walk->shard), walk->slot, 0}).str();
            return walk->done(std::move(walk->page));
        }
        walk->page.entries.push_back(entry_of(*connection));
    }
    if (walk->slot >= registry.slot_count()) {
        ++walk->shard;
        walk->slot = 0;
    }
    walk_on(walk);
}

}  // namespace postern::connections
