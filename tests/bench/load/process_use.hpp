// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <sys/types.h>

namespace postern::bench {

/// User and system time of all threads of a process since its start, to the nanosecond. 0 is this process.
std::chrono::nanoseconds cpu_time(pid_t process);

/// The same of all its living children together, such as the instances of a gateway's functions.
std::chrono::nanoseconds children_cpu_time(pid_t process);

/// Memory of a process as its pages are mapped, without what the kernel holds for its sockets.
struct MemoryUse {
    std::uint64_t pss_kib = 0;  ///< shared pages divided among those who share them
    std::uint64_t rss_kib = 0;
};

MemoryUse memory_use(pid_t process);

/// Allows this process as many descriptors as it may have.
void raise_descriptor_limit();

/// Keeps the calling thread on one processor.
void stay_on_core(int core);

}  // namespace postern::bench
