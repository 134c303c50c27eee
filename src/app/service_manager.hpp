// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/shard.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace postern::app {

/// What the service manager is told; asked only when there is one.
struct ServiceHooks {
    std::function<std::string()> status;     ///< one line, such as "12 connections"
    std::function<bool()> do_shards_answer;  ///< false while one has not come round since it was last asked
};

/// The service manager that started this process: systemd, or whoever sets NOTIFY_SOCKET (sd_notify(3)).
/// Without one every call does nothing. Main thread; its timer lives on the main loop.
class ServiceManager {
public:
    ServiceManager(boost::asio::io_context& io, ServiceHooks hooks);

    /// The gateway serves. From now on the status is told when it changes, and a watchdog, where one is set
    /// (WatchdogSec=), is fed at half its time while every shard answers.
    void on_ready();

    void on_reload_begin();
    /// `refusals` say why the old configuration stays in force; the first is part of the status until a
    /// reload goes well, which has none.
    void on_reload_end(const std::vector<std::string>& refusals);

    /// The drain has begun: as long as the main loop turns, the manager is asked for `patience` more, which
    /// is what the end may take after the loop.
    void on_stopping(std::chrono::seconds patience);

private:
    void tick();
    std::string status() const;

    ServiceHooks hooks_;
    net::SteadyTimer timer_;
    std::chrono::microseconds interval_{0};
    std::chrono::microseconds patience_{};  // 0 before the drain
    std::string refusal_;
    std::string told_;
    bool is_present_;
    bool has_watchdog_;
};

}  // namespace postern::app
