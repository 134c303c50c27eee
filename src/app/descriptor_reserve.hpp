// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/settings.hpp"

#include <cstddef>

namespace postern::app {

/// How many descriptors the gateway needs for anything but the sockets of its listeners' clients.
std::size_t reserved_descriptors(const config::Settings& settings, std::size_t shards);

/// How many clients fit into `descriptors`, of which so many are reserved: at least half of them.
std::size_t connections_fitting(std::size_t descriptors, std::size_t reserved);

}  // namespace postern::app
