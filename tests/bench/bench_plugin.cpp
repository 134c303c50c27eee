// SPDX-License-Identifier: Apache-2.0
// The handlers that the measured messages go through: inline, and as small as a handler can be.
#include <postern/plugin.hpp>

namespace {

void setup(postern::Setup& setup)
{
    setup.on("echo", [](const postern::Event& event, postern::Reply reply) { reply.send(event.body()); });

    // One message to everybody: each joins, and is told its id; whoever tells does it for all.
    const auto connections = setup.connections();
    setup.on("join", [connections](const postern::Event& event, postern::Reply reply) {
        connections.join(event.connection_id(), "all");
        reply.send(event.connection_id());
    });
    setup.on("tell", [connections](const postern::Event& event, postern::Reply reply) {
        connections.broadcast(event.api_id(), "all", event.body());
        reply.nothing();
    });
}

}  // namespace

POSTERN_PLUGIN("bench", POSTERN_VERSION, setup)
