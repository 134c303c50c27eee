// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>

namespace postern::net {

/// What a socket can do without waiting. `failed`: it has an error or both sides have ended; reported even
/// when nobody asked.
struct Readiness {
    bool readable = false;
    bool writable = false;
    bool failed = false;
};

/// What a watcher wants to be told of, beside failures. `end`: the peer's end (as readable), also when
/// nothing is to be read.
struct Interest {
    bool readable = false;
    bool writable = false;
    bool end = false;

    friend bool operator==(const Interest&, const Interest&) = default;
};

/// Told when its socket is ready. Called on the shard's thread.
class Watcher {
public:
    virtual void on_ready(Readiness ready) = 0;

protected:
    ~Watcher() = default;
};

/// One level-triggered epoll set for all the WebSockets of a shard, itself watched by Asio: readiness of a
/// socket then costs no completion handler and no re-arming system call (docs/adr/0003). Shard-local.
class Poller {
public:
    /// `around` wraps each round of events: it refreshes the clock before and ends the turn after.
    Poller(boost::asio::io_context& io, std::function<void(const std::function<void()>&)> around);
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    void start();

    /// False when the kernel watches no more sockets. The watcher must stay valid until the end of the turn
    /// in which its descriptor was removed.
    [[nodiscard]] bool add(int fd, Watcher& watcher, Interest interest);
    void change(int fd, Watcher& watcher, Interest interest);
    void remove(int fd);

private:
    void wait();
    void dispatch();

    int epoll_;
    boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> descriptor_;
    std::function<void(const std::function<void()>&)> around_;
};

}  // namespace postern::net
