// SPDX-License-Identifier: Apache-2.0
#include "app/service_manager.hpp"

#include "catch.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace postern;
using namespace std::chrono_literals;

namespace {

/// Plays systemd: a datagram socket in a directory of its own, which NOTIFY_SOCKET names.
class Manager {
public:
    Manager()
    {
        char path[] = "/tmp/postern-notify-XXXXXX";
        REQUIRE(::mkdtemp(path) != nullptr);
        directory_ = path;
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, (directory_ + "/notify").c_str());
        fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
        ::setenv("NOTIFY_SOCKET", address.sun_path, 1);
    }
    ~Manager()
    {
        for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
        ::close(fd_);
        ::unlink((directory_ + "/notify").c_str());
        ::rmdir(directory_.c_str());
    }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    /// The next message; "" when there is none.
    std::string next() const
    {
        char bytes[4096];
        const ssize_t got = ::recv(fd_, bytes, sizeof(bytes), MSG_DONTWAIT);
        return got < 0 ? "" : std::string(bytes, static_cast<std::size_t>(got));
    }

private:
    std::string directory_;
    int fd_ = -1;
};

/// The gateway as the manager sees it.
struct Gateway {
    boost::asio::io_context io;
    std::string status = "no connection";
    bool do_shards_answer = true;
    int asked = 0;

    app::ServiceHooks hooks()
    {
        return {[this] {
                    ++asked;
                    return status;
                },
                [this] {
                    ++asked;
                    return do_shards_answer;
                }};
    }
};

bool has(const std::string& message, const std::string& assignment)
{
    return ("\n" + message).find("\n" + assignment) != std::string::npos;
}

}  // namespace

TEST_CASE("without a service manager nobody is asked anything and no timer runs")
{
    ::unsetenv("NOTIFY_SOCKET");
    Gateway gateway;
    app::ServiceManager service(gateway.io, gateway.hooks());
    service.on_ready();
    service.on_reload_begin();
    service.on_reload_end({"no"});
    service.on_stopping(5s);
    CHECK(gateway.io.run() == 0);
    CHECK(gateway.asked == 0);
}

TEST_CASE("a gateway that is ready says so, with its status")
{
    const Manager manager;
    Gateway gateway;
    app::ServiceManager service(gateway.io, gateway.hooks());
    CHECK(manager.next().empty());
    service.on_ready();
    CHECK(manager.next() == "READY=1\nSTATUS=no connection");
    CHECK(manager.next().empty());  // nothing has changed, and nobody watches
}

TEST_CASE("a reload begins at a time and ends ready")
{
    const Manager manager;
    Gateway gateway;
    app::ServiceManager service(gateway.io, gateway.hooks());
    timespec before{};
    ::clock_gettime(CLOCK_MONOTONIC, &before);
    service.on_reload_begin();
    const std::string begin = manager.next();
    REQUIRE(begin.starts_with("RELOADING=1\nMONOTONIC_USEC="));
    const long long at = std::stoll(begin.substr(begin.rfind('=') + 1));
    CHECK(at >= before.tv_sec * 1'000'000LL + before.tv_nsec / 1000);

    SECTION("well")
    {
        service.on_reload_end({});
        CHECK(manager.next() == "READY=1\nSTATUS=no connection");
    }
    SECTION("refused: the status says why, in one line, until one goes well")
    {
        service.on_reload_end({"line 3: bad\nSTOPPING=1", "line 4: bad"});
        CHECK(manager.next() ==
              "READY=1\nSTATUS=no connection; the last reload was refused: line 3: bad STOPPING=1");
        service.on_reload_end({});
        CHECK(manager.next() == "READY=1\nSTATUS=no connection");
    }
}

TEST_CASE("a watchdog is fed while the shards answer, and only then")
{
    const Manager manager;
    ::setenv("WATCHDOG_USEC", "2000", 1);
    Gateway gateway;
    app::ServiceManager service(gateway.io, gateway.hooks());
    service.on_ready();
    CHECK(has(manager.next(), "READY=1"));
    CHECK(has(manager.next(), "WATCHDOG=1"));
    gateway.io.run_one();
    CHECK(has(manager.next(), "WATCHDOG=1"));

    gateway.do_shards_answer = false;
    for (int i = 0; i < 3; ++i) gateway.io.run_one();
    CHECK(manager.next().empty());

    gateway.do_shards_answer = true;
    gateway.io.run_one();
    CHECK(has(manager.next(), "WATCHDOG=1"));
}

TEST_CASE("a watchdog of another process is not ours to feed")
{
    const Manager manager;
    ::setenv("WATCHDOG_USEC", "2000", 1);
    ::setenv("WATCHDOG_PID", "1", 1);
    Gateway gateway;
    app::ServiceManager service(gateway.io, gateway.hooks());
    service.on_ready();
    CHECK(has(manager.next(), "READY=1"));
    CHECK(manager.next().empty());
}

TEST_CASE("a status that has changed is told with the next tick")
{
    const Manager manager;
    ::setenv("WATCHDOG_USEC", "2000", 1);
    Gateway gateway;
    app::ServiceManager service(gateway.io, gateway.hooks());
    service.on_ready();
    manager.next();
    CHECK_FALSE(has(manager.next(), "STATUS="));
    gateway.status = "12 connections";
    gateway.io.run_one();
    CHECK(has(manager.next(), "STATUS=12 connections"));
    gateway.io.run_one();
    CHECK_FALSE(has(manager.next(), "STATUS="));
}

TEST_CASE("a drain asks for more time as long as it lasts, and goes on feeding the watchdog")
{
    const Manager manager;
    ::setenv("WATCHDOG_USEC", "2000", 1);
    Gateway gateway;
    app::ServiceManager service(gateway.io, gateway.hooks());
    service.on_ready();
    manager.next();
    manager.next();
    service.on_stopping(5s);
    CHECK(manager.next() == "STOPPING=1");
    gateway.io.poll_one();  // the tick that was to come is given up
    for (int i = 0; i < 3; ++i) {
        const std::string message = manager.next();
        CHECK(has(message, "WATCHDOG=1"));
        CHECK(has(message, "EXTEND_TIMEOUT_USEC=5002000\n"));  // and two intervals, should one be late
        gateway.io.run_one();
    }
}
