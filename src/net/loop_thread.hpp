// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <future>
#include <thread>
#include <utility>

namespace postern::net {

/// A thread whose end can be waited for with patience: what it runs may be somebody else's code, and that may
/// never return. Used by one thread, its owner's.
class LoopThread {
public:
    /// Once.
    template <class Loop>
    void start(Loop loop)
    {
        thread_ = std::thread([this, loop = std::move(loop)]() mutable {
            loop();
            ended_.set_value();
        });
    }

    bool is_running() const { return thread_.joinable(); }  ///< started, and not joined yet

    /// False: it has not ended in time, and may be asked again.
    [[nodiscard]] bool join(std::chrono::milliseconds patience)
    {
        if (!is_running()) return true;
        if (end_.wait_for(patience) != std::future_status::ready) return false;
        thread_.join();
        return true;
    }

    void join()
    {
        if (is_running()) thread_.join();
    }

private:
    std::promise<void> ended_;
    std::future<void> end_ = ended_.get_future();
    std::thread thread_;
};

}  // namespace postern::net
