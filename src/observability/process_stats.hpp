// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace postern::observability {

class PrometheusText;

/// What the kernel knows of this process. Thread: any.
struct ProcessStats {
    double cpu_seconds = 0;  ///< user and system
    std::uint64_t resident_bytes = 0;
    std::uint64_t open_fds = 0;
    std::uint64_t max_fds = 0;
    double start_time_seconds = 0;  ///< since 1970
};

/// Of physical memory; 0 when it cannot be read. Thread: any.
std::uint64_t resident_bytes();

/// Zeros for what cannot be read, as when /proc is not mounted.
ProcessStats read_process_stats();

void write(PrometheusText& text, const ProcessStats& stats);

}  // namespace postern::observability
