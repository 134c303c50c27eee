// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "integrations/lambda/strays.hpp"
#include "net/unique_fd.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

namespace postern::integrations::lambda {

/// What is executed, where, and with what environment.
struct ProcessSpec {
    std::vector<std::string> arguments;    ///< the first is the path of the executable
    std::vector<std::string> environment;  ///< "NAME=value"; nothing is inherited
    std::string directory;
    InstanceMark mark{};  ///< what the guard finds its descendants by
};

/// How a process ended: its status, or the signal that killed it.
struct ExitStatus {
    int code = 0;
    bool is_signal = false;

    /// As Lambda writes it: "exit status 1", "signal: killed".
    std::string text() const;
};

/// A child in a process group of its own. Its input is empty, its two outputs are one pipe, so that their
/// lines stay in order; no other descriptor, signal mask or disposition of the gateway reaches it, and no
/// capability that a service manager has added to its user's. It dies with the thread that has started it.
/// May open 1024 descriptors, Lambda's quota.
class Process {
public:
    /// `guard_socket` (Guard::socket()) is told of the group before anything is executed; -1: nobody is.
    /// Takes the time of an exec, 1 to 3 ms. Io, with the system's word for what did not work.
    static Result<Process> start(const ProcessSpec& spec, int guard_socket);

    Process(Process&& other) noexcept = default;
    Process& operator=(Process&& other) noexcept = default;

    pid_t id() const { return id_; }  ///< also of its group

    /// Readable when the process has ended; owned by whoever takes it.
    net::UniqueFd take_exit_fd() { return std::move(exit_); }
    /// The reading end of its outputs, non-blocking; owned by whoever takes it.
    net::UniqueFd take_output() { return std::move(output_); }

    /// To the process and everything that it has forked and that has stayed in its group. Not after reap().
    void signal_group(int signal) const;

    /// Waits for the end of the process. Once; its id may be another's from now on.
    ExitStatus reap() const;

    /// Most memory that it has ever used, in MB, at least 1; 0 when nobody knows any more. Reads a file of
    /// /proc: 20 microseconds.
    std::int64_t memory_peak_mb() const;

private:
    Process() = default;

    pid_t id_ = 0;
    net::UniqueFd exit_;
    net::UniqueFd output_;
};

}  // namespace postern::integrations::lambda
