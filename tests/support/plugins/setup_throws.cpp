// SPDX-License-Identifier: Apache-2.0
#include <postern/plugin.hpp>

#include <stdexcept>

namespace {

void setup(postern::Setup& setup)
{
    setup.on("early", [](const postern::Event&, postern::Reply reply) { reply.nothing(); });
    throw std::runtime_error("settings.lobby is missing");
}

}  // namespace

POSTERN_PLUGIN("setup_throws", "1.0.0", setup)
