// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

/// One file, pipe or terminal to which a LineWriter writes; lives for as long as somebody holds it. Whoever
/// has lines appends them and goes on: only the writer's thread touches the disk or the pipe. Thread: any.
class LineDestination {
public:
    virtual ~LineDestination() = default;

    /// `lines` is whole lines, each with its '\n'; they stay together. When the buffer has no room for all of
    /// them they are dropped and counted. Takes a lock for the time of a copy.
    virtual void append(std::string_view lines) = 0;

    /// Lines that were dropped, for want of room or because they could not be written.
    virtual std::uint64_t dropped() const = 0;

    /// The path, or what it was called.
    virtual const std::string& name() const = 0;
};

/// Where log lines go without ever blocking the caller: a bounded buffer for each destination and one thread
/// that empties them. What does not fit is dropped in whole lines and counted. A file that cannot be written
/// (a full disk) loses its lines, and goes on when there is room again; a pipe that nobody reads is never
/// waited for.
class LineWriter {
public:
    /// Called by the writer's thread; may append lines.
    struct Trouble {
        enum class Kind {
            LinesLost,  ///< at most every kTroubleInterval for one destination, and for each line in the end
            NotReopened,  ///< its lines go on to where they went
        };
        Kind kind;
        std::string_view destination;
        std::uint64_t lines;  ///< lost since the last time
        std::string_view why;
    };
    using OnTrouble = std::function<void(const Trouble&)>;

    static constexpr std::size_t kBufferBytes =
        1024 * 1024;  ///< of one destination; as much may be on its way
    static constexpr std::chrono::seconds kTroubleInterval{10};

    explicit LineWriter(OnTrouble on_trouble = {},
                        std::size_t buffer_bytes_max = kBufferBytes,
                        std::chrono::milliseconds trouble_interval = kTroubleInterval);

    /// Gives the thread a moment to end; one that is stuck in a write is left behind.
    ~LineWriter();
    LineWriter(const LineWriter&) = delete;
    LineWriter& operator=(const LineWriter&) = delete;

    /// Appends to the file, which is made (0640) with its directories when there is none. The same path gives
    /// the same destination. Io, naming the path, when it cannot be opened.
    Result<std::shared_ptr<LineDestination>> open_file(const std::string& path);

    /// Writes to a descriptor of the process, such as 1, which stays open. The same name gives the same
    /// destination.
    std::shared_ptr<LineDestination> open_descriptor(int fd, std::string name);

    /// Files are opened anew by their path, for whoever has moved them away; one that cannot be opened stays
    /// as it was, and that is told as trouble.
    void reopen();

    /// The paths of the files that it writes now. Thread: any.
    std::vector<std::string> files() const;

    /// Lines that were dropped, those of destinations that are closed as well. Thread: any.
    std::uint64_t dropped() const;

    /// Waits until everything that was appended before has been written or dropped. False when nothing of it
    /// goes on for as long as `patience`, or when all takes longer than `total`.
    bool flush(std::chrono::milliseconds patience, std::chrono::milliseconds total);
    bool flush(std::chrono::milliseconds patience) { return flush(patience, patience); }

private:
    class State;
    std::shared_ptr<State> state_;  ///< the thread's, too
};

}  // namespace postern
