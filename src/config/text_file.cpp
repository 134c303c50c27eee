// SPDX-License-Identifier: Apache-2.0
#include "config/text_file.hpp"

#include "config/yaml_reader.hpp"
#include "net/unique_fd.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace postern::config {

namespace {

Error unreadable()
{
    return {ErrorKind::Io, std::string("cannot be read: ") + std::strerror(errno)};
}

}  // namespace

Result<std::string> read_text_file(const std::string& path, std::chrono::milliseconds pipe_patience)
{
    // Opening a pipe would otherwise wait for somebody who writes to it.
    const net::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) return unreadable();
    struct stat about {};
    if (::fstat(file.get(), &about) != 0) return unreadable();
    if (S_ISDIR(about.st_mode)) return Error(ErrorKind::Io, "expected a file, not a directory");

    // One byte more than allowed shows that there is more, however long an endless file is.
    std::string text(kFileBytesMax + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        pollfd wanted{file.get(), POLLIN, 0};
        if (::poll(&wanted, 1, static_cast<int>(pipe_patience.count())) == 0) {
            return Error(ErrorKind::Io,
                         "cannot be read: it is a pipe, and nobody writes to it (waited for " +
                             std::to_string(pipe_patience.count()) + " ms)");
        }
        const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
        if (got == 0) break;
        if (got > 0) size += static_cast<std::size_t>(got);
        if (got < 0 && errno != EINTR && errno != EAGAIN) return unreadable();
    }
    text.resize(size);
    return text;
}

}  // namespace postern::config
