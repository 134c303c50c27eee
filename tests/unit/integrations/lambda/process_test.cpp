// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/process.hpp"

#include "function_fixture.hpp"
#include "integrations/lambda/remove_tree.hpp"

#include <csignal>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sstream>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

using namespace postern;
using namespace postern::test;
using lambda::Guard;
using lambda::InstanceMark;
using lambda::Process;

namespace {

std::string output_of(Process& process)
{
    const net::UniqueFd pipe = process.take_output();
    ::fcntl(pipe.get(), F_SETFL, 0);
    std::string out;
    char block[4096];
    for (ssize_t got = 0; (got = ::read(pipe.get(), block, sizeof(block))) > 0;) {
        out.append(block, static_cast<std::size_t>(got));
    }
    return out;
}

Result<Process> run(const std::string& code)
{
    return Process::start({{"/usr/bin/python3", "-c", code}, {"ONLY=this"}, "/tmp", {}}, -1);
}

/// What AmbientCapabilities= of a systemd unit does. Nothing happens where this user may not.
class AmbientCapability {
public:
    AmbientCapability()
    {
        ::syscall(SYS_capget, &header_, before_);
        __user_cap_data_struct wanted[2]{before_[0], before_[1]};
        wanted[0].inheritable |= 1U << CAP_NET_BIND_SERVICE;
        ::syscall(SYS_capset, &header_, wanted);
        ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0);
    }
    ~AmbientCapability() { ::syscall(SYS_capset, &header_, before_); }
    AmbientCapability(const AmbientCapability&) = delete;
    AmbientCapability& operator=(const AmbientCapability&) = delete;

private:
    __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct before_[2]{};
};

}  // namespace

TEST_CASE("a process inherits nothing but what it is given")
{
    // A descriptor that the gateway has forgotten to close, a capability, an ignored signal, and a blocked
    // one.
    const AmbientCapability capability;
    const net::UniqueFd leaking(::open("/dev/null", O_RDONLY));
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    auto process = Process::start({{"/bin/sh",
                                    "-c",
                                    "echo $ONLY; pwd; ls /proc/self/fd | wc -l; ulimit -n; "
                                    "grep -E 'SigBlk|SigIgn|CapAmb' /proc/self/status; cat; echo error >&2"},
                                   {"ONLY=this", "PATH=/usr/bin:/bin"},
                                   "/tmp"},
                                  -1);
    ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
    std::signal(SIGPIPE, before);
    REQUIRE(process.has_value());
    const std::string out = output_of(*process);
    // The three, and the directory that ls reads.
    CHECK(out ==
          "this\n/tmp\n4\n1024\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
          "CapAmb:\t0000000000000000\nerror\n");
    CHECK(process->reap().text() == "exit status 0");
}

TEST_CASE("how a process has ended is told in Lambda's words")
{
    const auto end = [](const std::string& code) {
        auto process = run(code);
        REQUIRE(process.has_value());
        return process->reap().text();
    };
    CHECK(end("raise SystemExit(7)") == "exit status 7");
    CHECK(end("import os; os.kill(os.getpid(), 9)") == "signal: killed");
    CHECK(end("import os; os.kill(os.getpid(), 15)") == "signal: terminated");
    CHECK(end("import os; os.kill(os.getpid(), 7)") == "signal: bus error");
}

TEST_CASE("what cannot be executed is told with the system's word")
{
    auto missing = Process::start({{"/no/such/file"}, {}, "/tmp", {}}, -1);
    REQUIRE(missing.has_error());
    CHECK(missing.error().detail ==
          "cannot run /no/such/file: No such file or directory; if it is there, what its "
          "first line or its dynamic loader names is not");
    auto nowhere = Process::start({{"/bin/true"}, {}, "/no/such/directory", {}}, -1);
    REQUIRE(nowhere.has_error());
    CHECK(nowhere.error().detail ==
          "cannot enter /no/such/directory: No such file or directory; build the "
          "function, or correct its codeUri");
    auto crowded = Process::start({{"/bin/true"}, {"A=" + std::string(200'000, 'x')}, "/tmp", {}}, -1);
    REQUIRE(crowded.has_error());
    CHECK(crowded.error().detail ==
          "cannot run /bin/true: Argument list too long; its environment is too large: a "
          "variable may have 128 KiB, and on AWS all of them together 4 KiB");
}

TEST_CASE("the memory of a process is its peak in MB")
{
    auto process = run("x = bytearray(64 << 20); print(1, flush=True); import time; time.sleep(3600)");
    REQUIRE(process.has_value());
    const net::UniqueFd pipe = process->take_output();
    pollfd wait{pipe.get(), POLLIN, 0};
    REQUIRE(::poll(&wait, 1, -1) == 1);
    CHECK(process->memory_peak_mb() >= 64);
    process->signal_group(SIGKILL);
    process->reap();
    CHECK(process->memory_peak_mb() == 0);
}

TEST_CASE(
    "when the gateway is killed, its guard kills the groups that it knows, with all who are in them or have "
    "left them, and removes what was written for them")
{
    TemporaryDirectory directory;
    directory.write("scratch/inline/index.js", "");
    const InstanceMark mark = mark_of('a');
    const std::string variable = mark_variable('a');
    const pid_t gateway = ::fork();
    REQUIRE(gateway >= 0);
    if (gateway == 0) {
        auto guard = Guard::start(directory.path() + "/scratch");
        if (!guard) ::_exit(1);
        const std::string code =
            "sleep 3600 & echo $$ $! >ids.new; setsid sh -c 'echo $$ >>ids.new; mv ids.new ids; exec sleep "
            "3600' & "
            "wait";
        const std::vector<std::string> environment{"PATH=/usr/bin:/bin", variable};
        auto forgotten =
            Process::start({{"/bin/true"}, environment, directory.path(), {}}, (*guard)->socket());
        if (!forgotten) ::_exit(1);
        (*guard)->forget(forgotten->id());
        auto process = Process::start({{"/bin/sh", "-c", code}, environment, directory.path(), mark},
                                      (*guard)->socket());
        if (!process) ::_exit(1);
        for (;;) ::pause();
    }
    std::string parent;
    std::string child;
    std::string stray;
    REQUIRE(eventually([&] {
        std::istringstream ids(directory.read("ids"));
        return static_cast<bool>(ids >> parent >> child >> stray);
    }));
    CHECK(is_running(parent));
    CHECK(is_running(child));
    CHECK(is_running(stray));
    ::kill(gateway, SIGKILL);
    ::waitpid(gateway, nullptr, 0);
    CHECK(eventually([&] { return !is_running(parent) && !is_running(child) && !is_running(stray); }));
    CHECK(eventually([&] { return !std::filesystem::exists(directory.path() + "/scratch"); }));
}

TEST_CASE("a tree is removed with all that is in it, but not what its links lead to")
{
    const TemporaryDirectory directory;
    directory.write("kept/file", "");
    for (int i = 0; i < 500; ++i)
        directory.write("tree/many/" + std::string(100, 'x') + std::to_string(i), "");
    directory.write("tree/a/b/c/file", "");
    std::filesystem::create_symlink(directory.path() + "/kept", directory.path() + "/tree/link");
    lambda::remove_tree((directory.path() + "/tree").c_str());
    CHECK(!std::filesystem::exists(directory.path() + "/tree"));
    CHECK(std::filesystem::exists(directory.path() + "/kept/file"));
    lambda::remove_tree((directory.path() + "/tree").c_str());  // not there any more
}
