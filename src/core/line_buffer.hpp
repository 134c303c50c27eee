// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/line_output.hpp"
#include "core/line_writer.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

/// The parts of a LineWriter.
namespace postern::lines {

using SteadyTime = std::chrono::steady_clock::time_point;

/// How the thread is woken: only when it sleeps.
class Alarm {
public:
    Alarm() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
    ~Alarm() { ::close(fd_); }
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;

    void ring()
    {
        const std::uint64_t one = 1;
        while (::write(fd_, &one, sizeof(one)) < 0 && errno == EINTR) {
        }
    }
    void ring_if_asleep()
    {
        if (is_asleep_.exchange(false)) ring();
    }
    void set_asleep(bool is_asleep) { is_asleep_ = is_asleep; }
    void clear()
    {
        std::uint64_t count = 0;
        while (::read(fd_, &count, sizeof(count)) < 0 && errno == EINTR) {
        }
    }
    int fd() const { return fd_; }

private:
    int fd_;
    std::atomic<bool> is_asleep_{false};
};

/// How long somebody waits for the thread: each step forward gives it as much time anew, up to a bound.
class Patience {
public:
    Patience(SteadyTime now, std::chrono::milliseconds step, std::chrono::milliseconds total)
        : step_(step), end_(now + total), until_(std::min(now + step, end_))
    {}

    /// `progress` is any number that changes with each step forward.
    void note(SteadyTime now, std::uint64_t progress)
    {
        if (progress == std::exchange(progress_, progress)) return;
        until_ = std::min(now + step_, end_);
    }
    SteadyTime until() const { return until_; }

private:
    std::chrono::milliseconds step_;
    SteadyTime end_;
    SteadyTime until_;
    std::uint64_t progress_ = 0;
};

/// A destination: the buffer that callers fill, and what the thread is writing of it.
class Buffered final : public LineDestination {
public:
    Buffered(std::shared_ptr<Alarm> alarm,
             LineOutput output,
             std::string name,
             bool is_file,
             std::size_t bytes_max)
        : alarm_(std::move(alarm)),
          name_(std::move(name)),
          is_file_(is_file),
          bytes_max_(bytes_max),
          output_(std::move(output))
    {}

    void append(std::string_view lines) override
    {
        if (lines.empty()) return;
        bool was_empty = false;
        {
            const std::lock_guard lock(mutex_);
            if (buffer_.size() + lines.size() > bytes_max_) {
                drop(lines);
                return;
            }
            was_empty = buffer_.empty();
            buffer_ += lines;
            appended_ += lines.size();
        }
        if (was_empty) alarm_->ring_if_asleep();
    }

    std::uint64_t dropped() const override { return dropped_.load(std::memory_order_relaxed); }
    const std::string& name() const override { return name_; }
    bool is_file() const { return is_file_; }

    bool has_news()
    {
        const std::lock_guard lock(mutex_);
        return !buffer_.empty();
    }
    std::uint64_t appended()
    {
        const std::lock_guard lock(mutex_);
        return appended_;
    }
    std::uint64_t finished() const { return finished_; }
    /// Rises with whatever is written or lost.
    std::uint64_t progress() const { return written_ + finished_; }

    // The thread's.

    /// Writes what there is, as far as it goes. True when something was done.
    bool drain()
    {
        is_blocked_ = false;
        if (taken_ == 0 && !take()) return false;
        while (offset_ < pending_.size()) {
            const LineOutput::Written written = output_.write(std::string_view(pending_).substr(offset_));
            offset_ += written.bytes;
            written_ += written.bytes;
            if (written.error == EAGAIN) {
                is_blocked_ = true;
                why_ = "nobody reads it";
                return written.bytes > 0;
            }
            if (written.error != 0) {
                why_ = std::strerror(written.error);
                const std::size_t lines_begin = pending_.size() - taken_;
                drop(std::string_view(pending_).substr(std::max(offset_, lines_begin)));
                if (offset_ > 0) is_mid_line_ = pending_[offset_ - 1] != '\n';
                break;
            }
            is_mid_line_ = false;
        }
        pending_.clear();
        finished_ += std::exchange(taken_, 0);
        return true;
    }

    bool is_blocked() const { return is_blocked_; }
    int fd() const { return output_.fd(); }

    /// A file is opened anew between two writes; what is in the buffer goes to the new one.
    Result<void> reopen()
    {
        Result<LineOutput> opened = LineOutput::open_file(name_);
        if (!opened) return opened.error();
        output_ = std::move(*opened);
        is_mid_line_ = false;
        return {};
    }

    /// Lines that were lost and not yet told of, when it is time to.
    std::uint64_t trouble(SteadyTime now, std::chrono::milliseconds interval)
    {
        const std::uint64_t all = dropped();
        if (all == told_ || now < tell_at_) return 0;
        tell_at_ = now + interval;
        return all - std::exchange(told_, all);
    }
    /// When it is time to.
    std::optional<SteadyTime> trouble_due() const
    {
        if (dropped() == told_) return std::nullopt;
        return tell_at_;
    }
    std::string_view why() const { return why_; }

private:
    /// The buffer's lines become what is being written.
    bool take()
    {
        offset_ = 0;
        {
            const std::lock_guard lock(mutex_);
            pending_.swap(buffer_);
        }
        taken_ = pending_.size();
        if (taken_ == 0) return false;
        if (is_mid_line_)
            pending_.insert(0, 1, '\n');  // half a line stands there: the next one is whole again
        return true;
    }

    void drop(std::string_view lines)
    {
        dropped_.fetch_add(static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n')),
                           std::memory_order_relaxed);
    }

    const std::shared_ptr<Alarm> alarm_;
    const std::string name_;
    const bool is_file_;
    const std::size_t bytes_max_;
    std::mutex mutex_;  ///< of buffer_ and appended_
    std::string buffer_;
    std::uint64_t appended_ = 0;  ///< bytes
    std::atomic<std::uint64_t> dropped_{0};
    std::atomic<std::uint64_t> finished_{0};  ///< bytes of appended_ that were written or lost
    std::atomic<std::uint64_t> written_{0};

    LineOutput output_;
    std::string pending_;
    std::size_t taken_ = 0;  ///< bytes of the buffer that pending_ is made of; 0: nothing is being written
    std::size_t offset_ = 0;
    bool is_blocked_ = false;
    bool is_mid_line_ = false;
    std::string why_ = "the buffer is full";
    std::uint64_t told_ = 0;
    SteadyTime tell_at_{};
};

}  // namespace postern::lines
