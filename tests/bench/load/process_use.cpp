// SPDX-License-Identifier: Apache-2.0
#include "load/process_use.hpp"

#include <cerrno>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <system_error>

namespace postern::bench {

namespace {

/// Nothing when there is no such process, with errno set.
std::optional<std::chrono::nanoseconds> read_cpu_clock(pid_t process)
{
    clockid_t clock{};
    timespec time{};
    // The scheduler's own account: /proc/PID/stat counts in ticks of 10 ms.
    if (errno = clock_getcpuclockid(process, &clock); errno != 0) return std::nullopt;
    if (clock_gettime(clock, &time) != 0) return std::nullopt;
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// Of /proc/PID/stat: "PID (NAME) STATE PARENT ...", where the name may have spaces and brackets. -1 when the
/// process has ended.
pid_t parent_of(const std::filesystem::path& directory)
{
    std::ifstream file(directory / "stat");
    std::string line;
    std::getline(file, line);
    const std::size_t name_end = line.rfind(')');
    pid_t parent = -1;
    if (name_end != std::string::npos && name_end + 4 < line.size()) {
        std::from_chars(line.data() + name_end + 4, line.data() + line.size(), parent);
    }
    return parent;
}

}  // namespace

std::chrono::nanoseconds cpu_time(pid_t process)
{
    const auto time = read_cpu_clock(process);
    if (!time) throw std::system_error(errno, std::generic_category(), "the server's CPU clock");
    return *time;
}

std::chrono::nanoseconds children_cpu_time(pid_t process)
{
    std::chrono::nanoseconds sum{0};
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        pid_t id = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), id).ec != std::errc()) continue;
        if (parent_of(entry.path()) == process) sum += read_cpu_clock(id).value_or(sum.zero());
    }
    return sum;
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
