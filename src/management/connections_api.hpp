// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connections/directory.hpp"
#include "core/random.hpp"
#include "management/callers.hpp"
#include "management/extensions_api.hpp"

#include <functional>
#include <memory>

namespace postern::management {

/// POST, GET and DELETE @connections (spec data-plane 7): id syntax → caller → size → the connection's shard;
/// and what is beyond AWS, when it is on.
/// One for the node and for as long as its callers stay the same; immutable; thread: any.
class ConnectionsApi {
public:
    ConnectionsApi(const connections::Directory& directory,
                   std::shared_ptr<const Callers> callers,
                   const Clock& clock,
                   Extensions extensions = Extensions::Off);

    Extensions extensions() const { return extensions_; }

    /// Called once, perhaps before handle() returns, perhaps on the connection's shard.
    using Done = std::function<void(const api::HttpReply&)>;

    void handle(const ConnectionsCall& call, Random& random, Done done) const;

private:
    const connections::Directory& directory_;
    std::shared_ptr<const Callers> callers_;
    const Clock& clock_;
    Extensions extensions_;
    ExtensionsApi extensions_api_;
};

}  // namespace postern::management
