// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/deployment.hpp"
#include "gateway/turns.hpp"
#include "integrations/event_scope.hpp"

#include <memory>

namespace postern::gateway {

struct QueuedDisconnect {
    std::unique_ptr<integrations::OwnedEvent> event;
    std::shared_ptr<const Deployment> deployment;  ///< the one in force when the connection ended
};

/// How many $disconnect events of a stage are being handled, and those that wait for their turn, in the order
/// in which the connections ended. Ten thousand clients that vanish together are then not ten thousand
/// invocations together. Nothing is ever dropped: while too many wait, the stage takes no new clients, so
/// that there are never more than that and the clients that it had. Shard-local.
using DisconnectQueue = Turns<QueuedDisconnect>;

}  // namespace postern::gateway
