// SPDX-License-Identifier: Apache-2.0
#include "load/process_use.hpp"

#include <cerrno>
#include <ctime>
#include <fstream>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <system_error>

namespace postern::bench {

std::chrono::nanoseconds cpu_time(pid_t process)
{
    clockid_t clock{};
    timespec time{};
    // The scheduler's own account: /proc/PID/stat counts in ticks of 10 ms.
    if (const int error = clock_getcpuclockid(process, &clock); error != 0) {
        throw std::system_error(error, std::generic_category(), "the server's CPU clock");
    }
    if (clock_gettime(clock, &time) != 0)
        throw std::system_error(errno, std::generic_category(), "clock_gettime");
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

MemoryUse memory_use(pid_t process)
{
    std::ifstream file("/proc/" + std::to_string(process) + "/smaps_rollup");
    MemoryUse use;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("Pss:")) use.pss_kib = std::stoull(line.substr(4));
        if (line.starts_with("Rss:")) use.rss_kib = std::stoull(line.substr(4));
    }
    if (use.rss_kib == 0) throw std::runtime_error("the server's memory cannot be read");
    return use;
}

void raise_descriptor_limit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

void stay_on_core(int core)
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    if (sched_setaffinity(0, sizeof cores, &cores) != 0) {
        throw std::system_error(errno, std::generic_category(), "--core " + std::to_string(core));
    }
}

}  // namespace postern::bench
