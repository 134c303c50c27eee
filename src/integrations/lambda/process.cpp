// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/process.hpp"

#include "core/text.hpp"
#include "integrations/lambda/guard.hpp"
#include "integrations/lambda/system_failure.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <linux/close_range.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace postern::integrations::lambda {

namespace {

constexpr rlim_t kDescriptorsMax = 1024;
constexpr int kExecFailed = 127;

/// All that the child needs, made before there is a child: it may not allocate.
struct Launch {
    const char* executable = nullptr;
    char* const* arguments = nullptr;
    char* const* environment = nullptr;
    const char* directory = nullptr;
    int input = -1;
    int output = -1;
    int guard_socket = -1;
    InstanceMark mark{};
    int failure = -1;  ///< where the errno of what did not work is written
    pid_t parent = 0;
};

/// What runs in the child, which has the parent's memory: system calls and nothing else.
[[noreturn]] void become(const Launch& launch)
{
    const auto give_up = [&launch] {
        const int why = errno;
        [[maybe_unused]] const ssize_t written = ::write(launch.failure, &why, sizeof(why));
        ::_exit(kExecFailed);
    };
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (::getppid() != launch.parent) ::_exit(kExecFailed);  // it has died already
    const GuardedGroup self{::getpid(), launch.mark};
    if (launch.guard_socket >= 0 &&
        ::send(launch.guard_socket, &self, sizeof(self), MSG_NOSIGNAL) != sizeof(self)) {
        give_up();
    }
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    for (int signal = 1; signal < SIGSYS + 1; ++signal) ::sigaction(signal, &standard, nullptr);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);

    rlimit descriptors{};
    if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur > kDescriptorsMax) {
        descriptors.rlim_cur = kDescriptorsMax;
        ::setrlimit(RLIMIT_NOFILE, &descriptors);
    }
    if (::dup2(launch.input, 0) < 0 || ::dup2(launch.output, 1) < 0 || ::dup2(launch.output, 2) < 0)
        give_up();
    if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) give_up();
    if (::chdir(launch.directory) != 0) give_up();
    ::execve(launch.executable, launch.arguments, launch.environment);
    give_up();
    ::_exit(kExecFailed);
}

/// vfork, not fork: the page tables of a gateway with many connections are not copied, and none of its
/// threads pays for pages that became shared.
__attribute__((noinline)) pid_t launch_child(const Launch& launch)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before);  // no handler of the gateway may run in the child
    const pid_t id = ::vfork();
    if (id == 0) become(launch);
    const int error = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return id;
}

std::vector<char*> pointers(const std::vector<std::string>& texts)
{
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
    out.push_back(nullptr);
    return out;
}

/// A gateway that was started without standard descriptors gets their numbers for others, which the child
/// would overwrite.
bool move_beyond_standard(net::UniqueFd& fd)
{
    if (fd.get() > STDERR_FILENO) return true;
    fd.reset(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    return fd.get() >= 0;
}

Error failed(const ProcessSpec& spec, int error)
{
    if (::access(spec.directory.c_str(), X_OK) != 0) {
        return {ErrorKind::Io,
                "cannot enter " + spec.directory + ": " + std::strerror(error) +
                    "; build the function, or correct its codeUri"};
    }
    return {ErrorKind::Io, "cannot run " + spec.arguments.front() + ": " + text_of_failure(error)};
}

}  // namespace

std::string ExitStatus::text() const
{
    if (!is_signal) return "exit status " + std::to_string(code);
    const char* const name = ::sigdescr_np(code);
    return "signal: " + (name == nullptr ? std::to_string(code) : text::lower(name));
}

Result<Process> Process::start(const ProcessSpec& spec, int guard_socket)
{
    int output[2];
    int failure[2];
    net::UniqueFd input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (input.get() < 0 || ::pipe2(output, O_CLOEXEC) != 0) return failed(spec, errno);
    Process made;
    made.output_.reset(output[0]);
    net::UniqueFd output_end(output[1]);
    if (::pipe2(failure, O_CLOEXEC) != 0) return failed(spec, errno);
    const net::UniqueFd failure_read(failure[0]);
    net::UniqueFd failure_write(failure[1]);
    for (net::UniqueFd* const fd : {&input, &output_end, &failure_write}) {
        if (!move_beyond_standard(*fd)) return failed(spec, errno);
    }
    ::fcntl(output[0], F_SETFL, O_NONBLOCK);  // this end only: the function's writes wait, as it expects

    const std::vector<char*> arguments = pointers(spec.arguments);
    const std::vector<char*> environment = pointers(spec.environment);
    Launch launch;
    launch.executable = arguments.front();
    launch.arguments = arguments.data();
    launch.environment = environment.data();
    launch.directory = spec.directory.c_str();
    launch.input = input.get();
    launch.output = output_end.get();
    launch.guard_socket = guard_socket;
    launch.mark = spec.mark;
    launch.failure = failure_write.get();
    launch.parent = ::getpid();
    made.id_ = launch_child(launch);
    if (made.id_ < 0) return failed(spec, errno);
    failure_write.reset();

    int error = 0;
    ssize_t got = 0;
    while ((got = ::read(failure_read.get(), &error, sizeof(error))) < 0 && errno == EINTR) {
    }
    if (got == 0) {
        made.exit_.reset(static_cast<int>(::syscall(SYS_pidfd_open, made.id_, 0)));
        if (made.exit_.get() >= 0) return made;
        error = errno;
        made.signal_group(SIGKILL);
    }
    made.reap();
    return failed(spec, error);
}

void Process::signal_group(int signal) const
{
    ::kill(-id_, signal);
}

ExitStatus Process::reap() const
{
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) return {WTERMSIG(status), true};
    return {WEXITSTATUS(status), false};
}

std::int64_t Process::memory_peak_mb() const
{
    constexpr std::string_view kName = "VmHWM:";
    const std::string path = "/proc/" + std::to_string(id_) + "/status";
    const net::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> block{};
    const ssize_t got = file.get() < 0 ? 0 : ::read(file.get(), block.data(), block.size());
    if (got <= 0) return 0;
    const std::string_view status(block.data(), static_cast<std::size_t>(got));
    const std::size_t at = status.find(kName);
    if (at == std::string_view::npos) return 0;
    const std::size_t digits = status.find_first_of("0123456789", at);
    if (digits == std::string_view::npos) return 0;
    std::int64_t kilobytes = 0;
    std::from_chars(status.data() + digits, status.data() + status.size(), kilobytes);
    return std::max<std::int64_t>(1, (kilobytes + 1023) / 1024);
}

}  // namespace postern::integrations::lambda
