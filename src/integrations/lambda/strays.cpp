// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/strays.hpp"

#include "net/unique_fd.hpp"

#include <algorithm>
#include <csignal>
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <string_view>
#include <sys/syscall.h>
#include <tuple>
#include <unistd.h>

namespace postern::integrations::lambda {

namespace {

constexpr std::string_view kVariable = "AWS_LAMBDA_LOG_STREAM_NAME=";
constexpr std::size_t kEnvironmentBytesMax = 256 * 1024;  ///< what is beyond is not looked at
constexpr int kPassesMax = 8;    ///< a process may be forked while others are looked at
constexpr int kLooksMax = 2000;  ///< at a process that is executing a program: it soon has an environment

/// "" when it is somebody else's, or there is none any more.
std::string_view environment_of(int process)
{
    static std::array<char, kEnvironmentBytesMax> bytes;
    const net::UniqueFd file(::openat(process, "environ", O_RDONLY | O_CLOEXEC));
    std::size_t size = 0;
    while (file.get() >= 0 && size < bytes.size()) {
        const ssize_t got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
        if (got <= 0) break;
        size += static_cast<std::size_t>(got);
    }
    return {bytes.data(), size};
}

bool has_mark(std::string_view environment, std::span<const InstanceMark> marks)
{
    const std::size_t at = environment.find(kVariable);
    if (at == std::string_view::npos) return false;
    std::string_view value = environment.substr(at + kVariable.size());
    value = value.substr(0, value.find('\0'));
    if (value.size() < std::tuple_size_v<InstanceMark>) return false;
    value.remove_prefix(value.size() - std::tuple_size_v<InstanceMark>);
    return std::any_of(marks.begin(), marks.end(), [value](const InstanceMark& mark) {
        return value == std::string_view(mark.data(), mark.size());
    });
}

/// In the middle of execve(2) a process has memory, but neither arguments nor an environment yet. Kernel
/// threads and zombies have no memory.
bool is_executing(int process)
{
    const auto first_byte = [process](const char* name) {
        const net::UniqueFd file(::openat(process, name, O_RDONLY | O_CLOEXEC));
        char byte = 0;
        return file.get() >= 0 && ::read(file.get(), &byte, 1) == 1 ? byte : '\0';
    };
    const char pages = first_byte("statm");
    return pages != '\0' && pages != '0' && first_byte("cmdline") == '\0';
}

/// The environment of a process that is executing a program is that of the program.
std::string_view settled_environment_of(int process)
{
    std::string_view environment = environment_of(process);
    for (int looks = 1; environment.empty() && looks < kLooksMax; ++looks) {
        const bool was_executing = is_executing(process);  // asked first: it may be done meanwhile
        environment = environment_of(process);
        if (!was_executing) break;
        ::sched_yield();
    }
    return environment;
}

/// `name`: a number in /proc. Its directory stands for this process and no other that may get its number.
bool kill_if_marked(int proc, const char* name, std::span<const InstanceMark> marks)
{
    const net::UniqueFd process(::openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (process.get() < 0 || !has_mark(settled_environment_of(process.get()), marks)) return false;
    return ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0) == 0;
}

/// How many were killed.
int kill_once(std::span<const InstanceMark> marks)
{
    const net::UniqueFd proc(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    alignas(dirent64) static std::array<char, 32 * 1024> entries;
    int killed = 0;
    for (;;) {
        const long got = ::syscall(SYS_getdents64, proc.get(), entries.data(), entries.size());
        if (got <= 0) return killed;
        for (long at = 0; at < got;) {
            const auto* const entry = reinterpret_cast<const dirent64*>(entries.data() + at);
            at += entry->d_reclen;
            const bool is_process = entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
            if (is_process && kill_if_marked(proc.get(), entry->d_name, marks)) ++killed;
        }
    }
}

}  // namespace

void kill_strays(std::span<const InstanceMark> marks)
{
    for (int pass = 0; pass < kPassesMax && kill_once(marks) > 0; ++pass) {
    }
}

}  // namespace postern::integrations::lambda
