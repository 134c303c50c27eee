// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace postern::integrations::lambda {

/// A deadline that moves often and fires seldom: moving it later costs a store, for the timer below is left
/// to fire early and is then armed anew. Lives on the io_context's thread; `on_due` is not called after the
/// timer's end.
class LazyTimer {
public:
    using Clock = std::chrono::steady_clock;

    LazyTimer(boost::asio::io_context& io, std::function<void()> on_due)
        : timer_(io.get_executor()), on_due_(std::move(on_due))
    {}
    LazyTimer(const LazyTimer&) = delete;
    LazyTimer& operator=(const LazyTimer&) = delete;

    void set(Clock::time_point due)
    {
        due_ = due;
        if (!armed_ || due < *armed_) arm();
    }
    void clear() { due_.reset(); }

private:
    void arm()
    {
        armed_ = due_;
        timer_.expires_at(*due_);
        // A wait that has already succeeded cannot be cancelled, and may come after the end of this.
        timer_.async_wait([this, alive = std::weak_ptr<char>(alive_)](boost::system::error_code error) {
            if (!error && !alive.expired()) on_fired();
        });
    }

    void on_fired()
    {
        armed_.reset();
        if (!due_) return;
        if (Clock::now() < *due_) return arm();
        due_.reset();
        on_due_();
    }

    boost::asio::
        basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, boost::asio::io_context::executor_type>
            timer_;
    std::function<void()> on_due_;
    std::optional<Clock::time_point> due_;
    std::optional<Clock::time_point> armed_;  ///< when the timer below fires: not later than due_
    std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace postern::integrations::lambda
