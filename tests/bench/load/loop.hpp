// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "load/client.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <sys/epoll.h>
#include <system_error>
#include <unistd.h>

namespace postern::bench {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The run's one epoll set. A server that leaves every client without an answer for ten seconds ends the run.
class Loop {
public:
    Loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
    ~Loop() { ::close(epoll_); }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    static constexpr int kWaitMs = 50;

    /// A client leaves the set by being destroyed.
    void add(Client& client) { control(EPOLL_CTL_ADD, client); }

    /// Call after anything that may have changed what the client waits for.
    void update(Client& client)
    {
        if (client.watched_events != client.wanted_events()) control(EPOLL_CTL_MOD, client);
    }

    /// Waits once, calls `on_ready(client, events)` for each ready client, and returns the time.
    template <class OnReady>
    SteadyTime turn(OnReady&& on_ready, int wait_ms = kWaitMs)
    {
        const int count = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), wait_ms);
        if (count < 0 && errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "epoll_wait");
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events_[static_cast<std::size_t>(i)];
            on_ready(*static_cast<Client*>(event.data.ptr), event.events);
        }
        const SteadyTime now = std::chrono::steady_clock::now();
        if (count > 0) last_event_ = now;
        if (now - last_event_ > kStall) throw std::runtime_error("the server has stopped answering");
        return now;
    }

private:
    static constexpr std::chrono::seconds kStall{10};

    void control(int operation, Client& client)
    {
        epoll_event event{};
        event.events = client.watched_events = client.wanted_events();
        event.data.ptr = &client;
        if (epoll_ctl(epoll_, operation, client.wire().fd(), &event) != 0) {
            throw std::system_error(errno, std::generic_category(), "epoll_ctl");
        }
    }

    int epoll_;
    std::array<epoll_event, 256> events_{};
    SteadyTime last_event_ = std::chrono::steady_clock::now();
};

}  // namespace postern::bench
