// SPDX-License-Identifier: Apache-2.0
#include "app/cli.hpp"

#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <unistd.h>

namespace {

/// Started with closed ones, the process would get sockets in their place, and write to them what is meant
/// for a terminal.
void open_standard_descriptors()
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        if (::fcntl(fd, F_GETFD) < 0)
            static_cast<void>(::open("/dev/null", O_RDWR));  // the lowest that is free
    }
}

}  // namespace

int main(int argc, char** argv)
{
    open_standard_descriptors();
    try {
        return postern::app::run_command(argc, argv);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "postern: %s\n", failure.what());
        return 1;
    }
}
