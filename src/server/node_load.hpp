// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/address_table.hpp"
#include "server/memory_pressure.hpp"

#include <atomic>
#include <cstddef>

namespace postern::server {

/// What the shards know together about how much there is to do. Thread: any.
struct NodeLoad {
    AddressTable addresses;
    MemoryPressure pressure;
    std::atomic<std::size_t> draining_shards{0};  ///< those that still have connections or calls
};

}  // namespace postern::server
