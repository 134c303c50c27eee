// SPDX-License-Identifier: Apache-2.0
// The handler that the measured messages go through: inline, and as small as a handler can be.
#include <postern/plugin.hpp>

namespace {

void setup(postern::Setup& setup)
{
    setup.on("echo", [](const postern::Event& event, postern::Reply reply) { reply.send(event.body()); });
}

}  // namespace

POSTERN_PLUGIN("bench", POSTERN_VERSION, setup)
