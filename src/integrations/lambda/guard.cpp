// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/guard.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace postern::integrations::lambda {

namespace {

/// The guard's whole life. Other threads of the gateway may have held any lock when it was forked, so nothing
/// here allocates or takes one.
[[noreturn]] void watch(int socket)
{
    static std::array<pid_t, Guard::kGroupsMax> groups;  // zeroed pages cost nothing until they are used
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, nullptr);
    ::setsid();
    ::prctl(PR_SET_NAME, "postern-guard");
    ::dup2(socket, 0);
    ::close_range(1, ~0U, 0);

    std::size_t count = 0;
    for (pid_t said = 0;;) {
        const ssize_t got = ::recv(0, &said, sizeof(said), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got != sizeof(said)) break;  // the gateway has ended
        if (said > 0 && count < groups.size()) groups[count++] = said;
        if (said < 0) {
            pid_t* const end = groups.data() + count;
            pid_t* const found = std::find(groups.data(), end, -said);
            if (found == end) continue;
            *found = groups[--count];
        }
    }
    for (std::size_t i = 0; i < count; ++i) ::kill(-groups[i], SIGKILL);
    ::_exit(0);
}

}  // namespace

Result<std::unique_ptr<Guard>> Guard::start()
{
    int ends[2];
    const auto failed = [] {
        return Error(
            ErrorKind::Io,
            std::string("the guard of the functions' processes cannot be started: ") + std::strerror(errno));
    };
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return failed();
    net::UniqueFd ours(ends[0]);
    const net::UniqueFd theirs(ends[1]);
    const pid_t id = ::fork();
    if (id < 0) return failed();
    if (id == 0) watch(theirs.get());
    return std::unique_ptr<Guard>(new Guard(std::move(ours), id));
}

Guard::~Guard()
{
    socket_.reset();
    while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void Guard::forget(pid_t group) const
{
    const pid_t gone = -group;
    ::send(socket_.get(), &gone, sizeof(gone), MSG_NOSIGNAL);
}

}  // namespace postern::integrations::lambda
