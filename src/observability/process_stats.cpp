// SPDX-License-Identifier: Apache-2.0
#include "observability/process_stats.hpp"

#include "observability/prometheus_text.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace postern::observability {

namespace {

double seconds(const timeval& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::uint64_t open_fds()
{
    std::error_code error;
    std::uint64_t count = 0;
    for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
         at.increment(error)) {
        ++count;
    }
    return count > 0 ? count - 1 : 0;  // one is the directory's own
}

/// Field 22 of /proc/self/stat counts ticks from the boot; the second field may hold spaces and ')'.
double start_time_seconds()
{
    std::ifstream stat_file("/proc/self/stat");
    std::string line;
    std::getline(stat_file, line);
    const std::size_t name_end = line.rfind(')');
    if (name_end == std::string::npos) return 0;
    std::istringstream fields(line.substr(name_end + 1));
    std::string skipped;
    for (int field = 3; field < 22; ++field) fields >> skipped;
    double ticks = 0;
    fields >> ticks;

    std::ifstream boot_file("/proc/stat");
    double boot = 0;
    while (boot_file >> skipped && skipped != "btime") boot_file.ignore(1 << 20, '\n');
    boot_file >> boot;
    return boot + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

std::uint64_t resident_bytes()
{
    std::ifstream file("/proc/self/statm");
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    file >> size >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

ProcessStats read_process_stats()
{
    ProcessStats stats;
    rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) == 0) {
        stats.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_fds = limit.rlim_cur;
    stats.resident_bytes = resident_bytes();
    stats.open_fds = open_fds();
    stats.start_time_seconds = start_time_seconds();
    return stats;
}

void write(PrometheusText& text, const ProcessStats& stats)
{
    text.single(metric("process_cpu_seconds_total"), stats.cpu_seconds);
    text.single(metric("process_resident_memory_bytes"), stats.resident_bytes);
    text.single(metric("process_open_fds"), stats.open_fds);
    text.single(metric("process_max_fds"), stats.max_fds);
    text.single(metric("process_start_time_seconds"), stats.start_time_seconds);
}

}  // namespace postern::observability
