// SPDX-License-Identifier: Apache-2.0
#include "core/line_output.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace postern {

namespace {

constexpr mode_t kFileMode = 0640;
constexpr std::size_t kFileStep = std::size_t{256} * 1024;  // between two looks at other destinations

Error cannot_open(const std::string& path, const std::string& why)
{
    return {ErrorKind::Io, "cannot open the log file " + path + ": " + why};
}

}  // namespace

Result<LineOutput> LineOutput::open_file(const std::string& path)
{
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    std::error_code failed;
    if (!folder.empty()) std::filesystem::create_directories(folder, failed);
    if (failed) return cannot_open(path, failed.message());
    // O_NONBLOCK means something for a FIFO only: without a reader it cannot be opened, and a slow one is not
    // waited for.
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, kFileMode);
    if (fd < 0) {
        return cannot_open(path, errno == ENXIO ? "nobody reads the FIFO" : std::strerror(errno));
    }
    return LineOutput(fd, true, Kind::File);
}

LineOutput LineOutput::borrow(int fd)
{
    struct stat status {};
    const mode_t type = ::fstat(fd, &status) == 0 ? status.st_mode & S_IFMT : 0;
    if (type == S_IFSOCK) return {fd, false, Kind::Socket};
    if (type != S_IFIFO && type != S_IFCHR) return {fd, false, Kind::File};
    // O_NONBLOCK on the descriptor itself would be seen by every process that shares it, the shell for one.
    const std::string again = "/proc/self/fd/" + std::to_string(fd);
    const int own = ::open(again.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (own >= 0) return {own, true, Kind::NonBlocking};
    return {fd, false, Kind::Careful};
}

LineOutput::LineOutput(LineOutput&& other) noexcept
    : fd_(other.fd_), is_ours_(std::exchange(other.is_ours_, false)), kind_(other.kind_)
{}

LineOutput& LineOutput::operator=(LineOutput&& other) noexcept
{
    std::swap(fd_, other.fd_);
    std::swap(is_ours_, other.is_ours_);
    std::swap(kind_, other.kind_);
    return *this;
}

LineOutput::~LineOutput()
{
    if (is_ours_) ::close(fd_);
}

LineOutput::Written LineOutput::write(std::string_view bytes)
{
    ssize_t done = 0;
    do {
        switch (kind_) {
            case Kind::Socket:
                done = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
                break;
            case Kind::Careful: {
                // With POLLOUT a pipe has room for PIPE_BUF bytes, unless somebody else takes it first.
                pollfd room{fd_, POLLOUT, 0};
                if (::poll(&room, 1, 0) == 0) return {0, EAGAIN};
                done = ::write(fd_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
                break;
            }
            case Kind::File:
            case Kind::NonBlocking:
                done = ::write(fd_, bytes.data(), std::min(bytes.size(), kFileStep));
                break;
        }
    } while (done < 0 && errno == EINTR);
    if (done >= 0) return {static_cast<std::size_t>(done), 0};
    return {0, errno == EWOULDBLOCK ? EAGAIN : errno};
}

}  // namespace postern
