// SPDX-License-Identifier: Apache-2.0
#include "observability/process_stats.hpp"

#include "catch.hpp"
#include "observability/prometheus_text.hpp"

#include <ctime>
#include <fcntl.h>
#include <string>
#include <unistd.h>

using namespace postern::observability;

TEST_CASE("the process's own figures are read from the kernel")
{
    const ProcessStats before = read_process_stats();
    const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    REQUIRE(fd >= 0);
    const ProcessStats after = read_process_stats();
    ::close(fd);
    CHECK(after.open_fds == before.open_fds + 1);
    CHECK(before.open_fds >= 1);
    CHECK(before.max_fds >= before.open_fds);
    CHECK(before.resident_bytes > 1'000'000);
    CHECK(after.cpu_seconds >= before.cpu_seconds);
    const auto now = static_cast<double>(std::time(nullptr));
    CHECK(before.start_time_seconds < now + 2);
    CHECK(before.start_time_seconds > now - 24 * 3600);
    CHECK(before.start_time_seconds == after.start_time_seconds);
}

TEST_CASE("the process's figures have the names that Prometheus' own clients give them")
{
    PrometheusText text;
    write(text, {1.5, 4096, 7, 1024, 1'790'294'473.25});
    const std::string page = text.take();
    for (const char* line : {"process_cpu_seconds_total 1.5\n",
                             "process_resident_memory_bytes 4096\n",
                             "process_open_fds 7\n",
                             "process_max_fds 1024\n",
                             "process_start_time_seconds 1790294473.25\n"}) {
        INFO(line);
        CHECK(page.find(line) != std::string::npos);
    }
}
