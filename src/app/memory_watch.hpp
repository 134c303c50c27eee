// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/memory_pressure.hpp"

#include <cstddef>

namespace postern::app {

/// Keeps the process below gateway.limits.memory: says how much pressure there is, and how much has to go.
/// Main thread.
class MemoryWatch {
public:
    explicit MemoryWatch(server::MemoryPressure& pressure) : pressure_(pressure) {}

    /// Looks once. Returns how many bytes of unsent messages the shards are to free now; 0 is none. What the
    /// allocator keeps for itself is given back to the system before anything is refused. With `ceiling` 0
    /// nothing is looked at.
    std::size_t poll(std::size_t ceiling);

private:
    server::MemoryPressure& pressure_;
    unsigned looks_since_trim_ = 0;
};

}  // namespace postern::app
