// SPDX-License-Identifier: Apache-2.0
#include "net/worker_pool.hpp"

#include "core/check.hpp"

#include <utility>

namespace postern::net {

WorkerPool::WorkerPool(unsigned threads, std::size_t queue_max) : queue_max_(queue_max)
{
    threads_.reserve(threads);
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

WorkerPool::~WorkerPool()
{
    if (!threads_.empty()) POSTERN_CHECK(stop(std::chrono::hours(24)));
}

bool WorkerPool::submit(std::function<void()> task)
{
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || queue_.size() >= queue_max_) {
            stats_.refused.add();
            return false;
        }
        queue_.push_back(std::move(task));
        stats_.queued.add(1);
    }
    changed_.notify_one();
    return true;
}

bool WorkerPool::stop(std::chrono::milliseconds patience)
{
    std::deque<std::function<void()>> forgotten;
    {
        std::unique_lock lock(mutex_);
        stopping_ = true;
        forgotten.swap(queue_);
        stats_.queued.set(0);
        changed_.notify_all();
        if (!changed_.wait_for(lock, patience, [this] { return running_ == 0; })) {
            for (std::thread& thread : threads_) thread.detach();
            threads_.clear();
            return false;
        }
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    return true;
}

void WorkerPool::work()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (stopping_) return;
        std::function<void()> task = std::move(queue_.front());
        queue_.pop_front();
        ++running_;
        stats_.queued.add(-1);
        stats_.running.add(1);
        lock.unlock();
        task();
        task = nullptr;  // what it holds is freed before it counts as ended
        lock.lock();
        --running_;
        stats_.running.add(-1);
        if (stopping_) changed_.notify_all();
    }
}

}  // namespace postern::net
