// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "integrations/lambda/strays.hpp"
#include "net/unique_fd.hpp"

#include <memory>
#include <string>
#include <sys/types.h>

namespace postern::integrations::lambda {

/// What a process tells the guard of itself before it executes anything.
struct GuardedGroup {
    pid_t id = 0;         ///< the process's, which leads the group; negative: the group has ended
    InstanceMark mark{};  ///< in the environment of everybody in it
};

/// A tiny process that outlives the gateway by a moment: it knows the process groups of all instances through
/// a socket, and kills them when the socket ends, however the gateway has ended; then it removes what the
/// gateway has written for them. Of an instance that has ended it kills the strays: what has left the group,
/// and lived on. It stands in a session of its own and takes no signal but SIGKILL, so that what is sent to
/// the gateway's group does not end it first.
class Guard {
public:
    static constexpr std::size_t kGroupsMax = 16'384;  ///< what is beyond is not guarded

    /// Forks it. `scratch`: the directory that is removed at the end, whether or not it is there by then; ""
    /// none. Thread: any, best before the process has grown. Io.
    static Result<std::unique_ptr<Guard>> start(const std::string& scratch = "");

    /// Ends it, and with it the groups that it still knows, and the scratch directory.
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    /// Where a new process leaves its GuardedGroup. Closed on exec.
    int socket() const { return socket_.get(); }
    pid_t id() const { return id_; }

    /// The group has ended, and its strays are to; must be told before its id can be given to another
    /// process. Waits only when the guard has thousands of groups to catch up with.
    void forget(pid_t group) const;

private:
    Guard(net::UniqueFd socket, pid_t id) : socket_(std::move(socket)), id_(id) {}

    net::UniqueFd socket_;
    pid_t id_;
};

}  // namespace postern::integrations::lambda
