// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace postern {

/// The descriptor at the end of a LineDestination, written to without waiting for a reader. Disks are waited
/// for: only the writer's thread may use it.
class LineOutput {
public:
    /// Appends to the file; made (0640) with its directories when there is none. Io, naming the path.
    static Result<LineOutput> open_file(const std::string& path);

    /// A descriptor of the process, which is not closed here and whose flags, which other processes share,
    /// stay as they are.
    static LineOutput borrow(int fd);

    LineOutput(LineOutput&& other) noexcept;
    LineOutput& operator=(LineOutput&& other) noexcept;
    ~LineOutput();

    struct Written {
        std::size_t bytes = 0;
        int error = 0;  ///< of errno; EAGAIN: there is no room now, poll fd() for POLLOUT
    };
    Written write(std::string_view bytes);

    int fd() const { return fd_; }

private:
    enum class Kind { File, Socket, NonBlocking, Careful };

    LineOutput(int fd, bool is_ours, Kind kind) : fd_(fd), is_ours_(is_ours), kind_(kind) {}

    int fd_;
    bool is_ours_;
    Kind kind_;
};

}  // namespace postern
