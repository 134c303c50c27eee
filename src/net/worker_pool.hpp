// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/counter.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace postern::net {

/// Threads for handlers that may block. Thread: any.
class WorkerPool {
public:
    /// `queue_max` tasks may wait; more are refused.
    WorkerPool(unsigned threads, std::size_t queue_max);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// False when the queue is full or the pool is stopping. Tasks must not throw.
    [[nodiscard]] bool submit(std::function<void()> task);

    /// Forgets what has not begun and gives what has `patience` to end. False when something still runs: its
    /// thread is then left alone, and the process must end without destroying what the task may use.
    [[nodiscard]] bool stop(std::chrono::milliseconds patience);

    /// What waits, what runs, and what was refused. Thread: any.
    struct Stats {
        Gauge queued;
        Gauge running;
        Counter refused;
    };
    const Stats& stats() const { return stats_; }

private:
    void work();

    std::size_t queue_max_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> queue_;
    bool stopping_ = false;
    std::size_t running_ = 0;
    Stats stats_;  ///< written under the mutex, read without
    std::vector<std::thread> threads_;
};

}  // namespace postern::net
