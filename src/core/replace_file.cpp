// SPDX-License-Identifier: Apache-2.0
#include "core/replace_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace postern {

namespace {

Error io_error(const std::string& file)
{
    return Error(ErrorKind::Io, file + ": " + std::strerror(errno));
}

bool write_all(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

}  // namespace

Result<void> replace_file(const std::string& file, mode_t mode, std::string_view bytes)
{
    std::string fresh = file + ".XXXXXX";
    const int fd = ::mkostemp(fresh.data(), O_CLOEXEC);
    if (fd < 0) return io_error(file);
    bool is_done = write_all(fd, bytes) && ::fchmod(fd, mode) == 0 && ::fsync(fd) == 0;
    is_done = ::close(fd) == 0 && is_done;
    if (is_done && ::rename(fresh.c_str(), file.c_str()) == 0) return {};
    const Error error = io_error(file);
    ::unlink(fresh.c_str());
    return error;
}

}  // namespace postern
