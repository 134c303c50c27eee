// SPDX-License-Identifier: Apache-2.0
#include "core/line_writer.hpp"

#include "core/line_buffer.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <poll.h>
#include <thread>
#include <utility>
#include <vector>

namespace postern {

namespace {

using lines::Alarm;
using lines::Buffered;
using lines::SteadyTime;

// After writing, so that many lines leave with one wake and one write.
constexpr std::chrono::milliseconds kLinger{5};
constexpr std::chrono::milliseconds kBlockedPoll{1000};  // how often drops are told of while nobody reads
constexpr std::chrono::milliseconds kEndPatience{200};

}  // namespace

/// What the callers and the thread share. Order of locks: mutex_, then a destination's.
class LineWriter::State {
public:
    State(OnTrouble on_trouble, std::size_t buffer_bytes_max, std::chrono::milliseconds trouble_interval)
        : alarm_(std::make_shared<Alarm>()),
          on_trouble_(std::move(on_trouble)),
          buffer_bytes_max_(buffer_bytes_max),
          trouble_interval_(trouble_interval)
    {}

    static void start(const std::shared_ptr<State>& state)
    {
        state->thread_ = std::thread([state] { state->run(); });
    }

    void end()
    {
        std::unique_lock lock(mutex_);
        is_ending_ = true;
        alarm_->ring();
        const bool has_ended = news_.wait_for(lock, kEndPatience, [this] { return has_ended_; });
        lock.unlock();
        if (has_ended) return thread_.join();
        thread_.detach();  // in a write that does not return; it owns a share of all that it uses
    }

    Result<std::shared_ptr<LineDestination>> open_file(const std::string& path)
    {
        const std::string name = std::filesystem::path(path).lexically_normal().string();
        const std::lock_guard lock(mutex_);
        if (auto known = find(name, true)) return std::shared_ptr<LineDestination>(std::move(known));
        Result<LineOutput> output = LineOutput::open_file(name);
        if (!output) return output.error();
        return add(std::move(*output), name, true);
    }

    std::shared_ptr<LineDestination> open_descriptor(int fd, std::string name)
    {
        const std::lock_guard lock(mutex_);
        if (auto known = find(name, false)) return known;
        return add(LineOutput::borrow(fd), std::move(name), false);
    }

    void reopen()
    {
        wants_reopen_ = true;
        alarm_->ring();
    }

    std::vector<std::string> files()
    {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> files;
        for (const auto& destination : destinations_) {
            if (destination->is_file()) files.push_back(destination->name());
        }
        return files;
    }

    std::uint64_t dropped()
    {
        const std::lock_guard lock(mutex_);
        std::uint64_t sum = closed_dropped_;
        for (const auto& destination : destinations_) sum += destination->dropped();
        return sum;
    }

    bool flush(std::chrono::milliseconds patience, std::chrono::milliseconds total)
    {
        lines::Patience waiting(std::chrono::steady_clock::now(), patience, total);
        std::unique_lock lock(mutex_);
        std::vector<std::pair<std::shared_ptr<Buffered>, std::uint64_t>> goals;
        for (const auto& destination : destinations_) {
            // What is written is not held: round() closes what nobody holds, also while others flush.
            const std::uint64_t appended = destination->appended();
            if (destination->finished() < appended) goals.emplace_back(destination, appended);
        }
        alarm_->ring();
        for (;;) {
            bool is_done = true;
            std::uint64_t progress = 0;
            for (const auto& [destination, goal] : goals) {
                is_done = is_done && destination->finished() >= goal;
                progress += destination->progress();
            }
            if (is_done) return true;
            const SteadyTime now = std::chrono::steady_clock::now();
            waiting.note(now, progress);
            if (now >= waiting.until()) return false;
            news_.wait_until(lock, waiting.until());
        }
    }

private:
    std::shared_ptr<Buffered> find(const std::string& name, bool is_file)
    {
        for (const auto& destination : destinations_) {
            if (destination->is_file() == is_file && destination->name() == name) return destination;
        }
        return nullptr;
    }

    std::shared_ptr<LineDestination> add(LineOutput output, std::string name, bool is_file)
    {
        destinations_.push_back(std::make_shared<Buffered>(
            alarm_, std::move(output), std::move(name), is_file, buffer_bytes_max_));
        // The thread may be about to sleep on what it knows, and would not hear of the first line.
        alarm_->ring();
        return destinations_.back();
    }

    void run()
    {
        sigset_t
            signals;  // are the main thread's business; a limit of the file's size is an error like others
        sigfillset(&signals);
        pthread_sigmask(SIG_BLOCK, &signals, nullptr);
        for (;;) {
            const std::vector<std::shared_ptr<Buffered>> destinations = round();
            bool has_written = false;
            std::vector<pollfd> waits{{alarm_->fd(), POLLIN, 0}};
            for (const auto& destination : destinations) {
                has_written = destination->drain() || has_written;
                if (destination->is_blocked()) waits.push_back({destination->fd(), POLLOUT, 0});
            }
            {
                const std::lock_guard lock(mutex_);
                // Nobody is waited for at the end: flush() was the time to.
                if (is_ending_ && !has_written) has_ended_ = true;
                news_.notify_all();
                if (has_ended_) return;
            }
            tell(destinations);
            sleep(destinations, waits, has_written);
        }
    }

    /// The destinations of this round; those that nobody holds any more and that have written everything are
    /// closed.
    std::vector<std::shared_ptr<Buffered>> round()
    {
        // Asked first: what was opened before somebody wished it is then among those that follow.
        const bool reopens = wants_reopen_.exchange(false);
        std::vector<std::shared_ptr<Buffered>> all;
        {
            const std::lock_guard lock(mutex_);
            std::erase_if(destinations_, [this](const auto& destination) {
                const bool is_over =
                    destination.use_count() == 1 && destination->finished() == destination->appended();
                if (is_over) closed_dropped_ += destination->dropped();
                return is_over;
            });
            all = destinations_;
        }
        if (reopens) {
            for (const auto& destination : all) {
                if (!destination->is_file() || destination->is_blocked()) continue;
                const Result<void> reopened = destination->reopen();
                if (!reopened && on_trouble_) {
                    on_trouble_(
                        {Trouble::Kind::NotReopened, destination->name(), 0, reopened.error().detail});
                }
            }
        }
        return all;
    }

    void tell(const std::vector<std::shared_ptr<Buffered>>& destinations)
    {
        if (!on_trouble_) return;
        const SteadyTime now = std::chrono::steady_clock::now();
        for (const auto& destination : destinations) {
            const std::uint64_t lines = destination->trouble(now, trouble_interval_);
            if (lines > 0) {
                on_trouble_({Trouble::Kind::LinesLost, destination->name(), lines, destination->why()});
            }
        }
    }

    void sleep(const std::vector<std::shared_ptr<Buffered>>& destinations,
               std::vector<pollfd>& waits,
               bool has_written)
    {
        std::chrono::milliseconds time = kLinger;
        if (!has_written) {
            // Whoever appends after this finds the thread asleep; what came before is seen here.
            alarm_->set_asleep(true);
            const bool has_news =
                std::any_of(destinations.begin(), destinations.end(), [](const auto& destination) {
                    return !destination->is_blocked() && destination->has_news();
                });
            if (has_news) return alarm_->set_asleep(false);
            time = idle_time(destinations, waits.size() > 1);
        }
        ::poll(waits.data(), waits.size(), static_cast<int>(time.count()));
        alarm_->set_asleep(false);
        alarm_->clear();
    }

    /// How long there is nothing to do unless somebody rings: until drops are to be told of; -1 is for ever.
    std::chrono::milliseconds idle_time(const std::vector<std::shared_ptr<Buffered>>& destinations,
                                        bool is_blocked) const
    {
        using std::chrono::milliseconds;
        milliseconds time = is_blocked ? kBlockedPoll : milliseconds(-1);
        if (!on_trouble_) return time;
        const SteadyTime now = std::chrono::steady_clock::now();
        for (const auto& destination : destinations) {
            const auto due = destination->trouble_due();
            if (!due) continue;
            const auto left = std::max(std::chrono::ceil<milliseconds>(*due - now), milliseconds(0));
            if (time.count() < 0 || left < time) time = left;
        }
        return time;
    }

    const std::shared_ptr<Alarm> alarm_;
    const OnTrouble on_trouble_;
    const std::size_t buffer_bytes_max_;
    const std::chrono::milliseconds trouble_interval_;
    std::atomic<bool> wants_reopen_{false};
    std::mutex mutex_;  ///< of what follows, but thread_
    std::condition_variable news_;
    std::vector<std::shared_ptr<Buffered>> destinations_;
    std::uint64_t closed_dropped_ = 0;
    bool is_ending_ = false;
    bool has_ended_ = false;
    std::thread thread_;
};

LineWriter::LineWriter(OnTrouble on_trouble,
                       std::size_t buffer_bytes_max,
                       std::chrono::milliseconds trouble_interval)
    : state_(std::make_shared<State>(std::move(on_trouble), buffer_bytes_max, trouble_interval))
{
    State::start(state_);
}

LineWriter::~LineWriter()
{
    state_->end();
}

Result<std::shared_ptr<LineDestination>> LineWriter::open_file(const std::string& path)
{
    return state_->open_file(path);
}

std::shared_ptr<LineDestination> LineWriter::open_descriptor(int fd, std::string name)
{
    return state_->open_descriptor(fd, std::move(name));
}

std::vector<std::string> LineWriter::files() const
{
    return state_->files();
}

void LineWriter::reopen()
{
    state_->reopen();
}

std::uint64_t LineWriter::dropped() const
{
    return state_->dropped();
}

bool LineWriter::flush(std::chrono::milliseconds patience, std::chrono::milliseconds total)
{
    return state_->flush(patience, total);
}

}  // namespace postern
