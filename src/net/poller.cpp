// SPDX-License-Identifier: Apache-2.0
#include "net/poller.hpp"

#include "core/check.hpp"

#include <array>
#include <sys/epoll.h>

namespace postern::net {

namespace {

constexpr std::size_t kEventsPerTurn = 256;

/// False with errno.
bool control(int epoll, int operation, int fd, Watcher* watcher, Interest interest)
{
    epoll_event event{};
    event.events = (interest.readable ? EPOLLIN : 0U) | (interest.writable ? EPOLLOUT : 0U) |
                   (interest.readable || interest.end ? EPOLLRDHUP : 0U);
    event.data.ptr = watcher;
    return epoll_ctl(epoll, operation, fd, &event) == 0;
}

}  // namespace

Poller::Poller(boost::asio::io_context& io, std::function<void(const std::function<void()>&)> around)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), descriptor_(io.get_executor(), epoll_), around_(std::move(around))
{
    POSTERN_CHECK(epoll_ >= 0);
}

Poller::~Poller() = default;  // the descriptor owns the epoll set

void Poller::start()
{
    wait();
}

bool Poller::add(int fd, Watcher& watcher, Interest interest)
{
    return control(epoll_, EPOLL_CTL_ADD, fd, &watcher, interest);
}

void Poller::change(int fd, Watcher& watcher, Interest interest)
{
    POSTERN_CHECK(control(epoll_, EPOLL_CTL_MOD, fd, &watcher, interest));
}

void Poller::remove(int fd)
{
    POSTERN_CHECK(control(epoll_, EPOLL_CTL_DEL, fd, nullptr, {}));
}

void Poller::wait()
{
    descriptor_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                           [this](boost::system::error_code error) {
                               if (error) return;
                               around_([this] { dispatch(); });
                               wait();
                           });
}

void Poller::dispatch()
{
    std::array<epoll_event, kEventsPerTurn> events;  // NOLINT(*-member-init): the kernel fills what is read
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        Readiness ready;
        ready.readable = (event.events & (EPOLLIN | EPOLLRDHUP)) != 0;
        ready.writable = (event.events & EPOLLOUT) != 0;
        ready.failed = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
        static_cast<Watcher*>(event.data.ptr)->on_ready(ready);
    }
}

}  // namespace postern::net
