// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/guard.hpp"

#include "integrations/lambda/remove_tree.hpp"

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

/// Of fixed size, for nothing may be allocated. What finds no room is not guarded.
struct Groups {
    std::array<pid_t, Guard::kGroupsMax> ids;
    std::array<InstanceMark, Guard::kGroupsMax> marks;  ///< of the group at the same place
    std::size_t count;

    void add(const GuardedGroup& group)
    {
        if (count == ids.size()) return;
        ids[count] = group.id;
        marks[count++] = group.mark;
    }

    /// Its mark; none for a group that is not here.
    InstanceMark remove(pid_t id)
    {
        const auto at = static_cast<std::size_t>(std::find(ids.data(), ids.data() + count, id) - ids.data());
        if (at == count) return {};
        const InstanceMark mark = marks[at];
        ids[at] = ids[--count];
        marks[at] = marks[count];
        return mark;
    }

    std::span<const InstanceMark> all_marks() const { return {marks.data(), count}; }
};

// Zeroed pages cost nothing until they are used.
Groups living;
Groups ended;  ///< whose strays are to be killed

/// The guard's whole life. Other threads of the gateway may have held any lock when it was forked, so nothing
/// here allocates or takes one.
[[noreturn]] void watch(int socket, const char* scratch)
{
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, nullptr);
    ::setsid();
    ::prctl(PR_SET_NAME, "postern-guard");
    ::dup2(socket, 0);
    ::close_range(1, ~0U, 0);

    for (GuardedGroup said;;) {
        // Strays are sought when nothing else is to be done: once for many groups that end together.
        const bool is_late = ended.count > 0;
        const ssize_t got = ::recv(0, &said, sizeof(said), is_late ? MSG_DONTWAIT : 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) {
            kill_strays(ended.all_marks());
            ended.count = 0;
            continue;
        }
        if (got != sizeof(said)) break;  // the gateway has ended
        if (said.id > 0) living.add(said);
        if (said.id < 0) ended.add({-said.id, living.remove(-said.id)});
    }
    for (std::size_t i = 0; i < living.count; ++i) ::kill(-living.ids[i], SIGKILL);
    kill_strays(living.all_marks());
    kill_strays(ended.all_marks());
    if (*scratch != '\0') remove_tree(scratch);
    ::_exit(0);
}

}  // namespace

Result<std::unique_ptr<Guard>> Guard::start(const std::string& scratch)
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
    if (id == 0) watch(theirs.get(), scratch.c_str());
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
    const GuardedGroup gone{-group, {}};
    ::send(socket_.get(), &gone, sizeof(gone), MSG_NOSIGNAL);
}

}  // namespace postern::integrations::lambda
