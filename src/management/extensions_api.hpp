// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connections/directory.hpp"
#include "management/callers.hpp"
#include "management/reply_ids.hpp"

#include <functional>

namespace postern::management {

/// What stands beside @connections when gateway.extensions is on: lists, posts to many, groups, and closes
/// with a code of the caller's. The caller has been let through. Immutable; thread: any.
class ExtensionsApi {
public:
    explicit ExtensionsApi(const connections::Directory& directory) : directory_(directory) {}

    /// Called once, perhaps before the call returns, perhaps on a connection's shard.
    using Done = std::function<void(const api::HttpReply&)>;

    /// A call that AWS does not have, by its path.
    void handle(const ConnectionsCall& call, const OwnedIds& ids, EpochMillis now, Done done) const;

    /// DELETE of a connection; `code` and `reason` of the query are the close frame's.
    void close(const ConnectionsCall& call, const OwnedIds& ids, EpochMillis now, Done done) const;

private:
    void list(const ConnectionsCall& call, const OwnedIds& ids, EpochMillis now, Done done) const;
    void post_to_many(const ConnectionsCall& call, const OwnedIds& ids, EpochMillis now, Done done) const;
    void broadcast(const ConnectionsCall& call, const OwnedIds& ids, EpochMillis now, Done done) const;
    void change_membership(const ConnectionsCall& call,
                           const OwnedIds& ids,
                           EpochMillis now,
                           Done done) const;

    const connections::Directory& directory_;
};

/// The answer when a connection could not be had; nothing when it could.
std::optional<api::HttpReply> failure(connections::PostResult result, const OwnedIds& ids, EpochMillis now);

}  // namespace postern::management
