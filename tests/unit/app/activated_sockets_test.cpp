// SPDX-License-Identifier: Apache-2.0
#include "app/activated_sockets.hpp"

#include "catch.hpp"
#include "support/loopback.hpp"

#include <arpa/inet.h>
#include <cstdlib>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace postern;

namespace {

constexpr int kFirst = 3;  // where sd_listen_fds(3) finds them

/// Plays systemd: announces sockets as descriptors 3, 4, ... What was open there comes back at the end.
class Passed {
public:
    explicit Passed(const std::vector<std::pair<std::string, int>>& sockets) : count_(sockets.size())
    {
        std::string names;
        std::vector<int> high;
        for (const auto& [name, fd] : sockets) {
            names += (names.empty() ? "" : ":") + name;
            high.push_back(::fcntl(fd, F_DUPFD_CLOEXEC, 100));
            ::close(fd);
        }
        for (std::size_t i = 0; i < count_; ++i) {
            const int at = kFirst + static_cast<int>(i);
            saved_.push_back(::fcntl(at, F_DUPFD_CLOEXEC, 100));
            REQUIRE(::dup2(high[i], at) == at);
            ::close(high[i]);
        }
        ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
        ::setenv("LISTEN_FDS", std::to_string(count_).c_str(), 1);
        ::setenv("LISTEN_FDNAMES", names.c_str(), 1);
    }
    ~Passed()
    {
        for (std::size_t i = 0; i < count_; ++i) {
            if (saved_[i] < 0) continue;
            ::dup2(saved_[i], kFirst + static_cast<int>(i));
            ::close(saved_[i]);
        }
    }
    Passed(const Passed&) = delete;
    Passed& operator=(const Passed&) = delete;

private:
    std::size_t count_;
    std::vector<int> saved_;
};

/// A listening socket as systemd makes one: blocking. Its port goes to `port`.
int listening(const char* address, std::uint16_t& port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    REQUIRE(::inet_pton(AF_INET, address, &to.sin_addr) == 1);
    REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0);
    REQUIRE(::listen(fd, 8) == 0);
    const auto bound = net::bound_address(fd);
    REQUIRE(bound.has_value());
    port = bound->port;
    return fd;
}

/// Until somebody can be accepted there.
void wait_for_caller(const net::UniqueFd& socket)
{
    pollfd ready{socket.get(), POLLIN, 0};
    CHECK(::poll(&ready, 1, -1) == 1);
}

config::ListenerSettings listener(const std::string& address, std::uint16_t port)
{
    config::ListenerSettings settings;
    settings.address = address;
    settings.port = port;
    return settings;
}

}  // namespace

TEST_CASE("without an announcement there are no activated sockets, and listeners open their own")
{
    ::unsetenv("LISTEN_FDS");
    const auto taken = app::ActivatedSockets::take();
    REQUIRE(taken.has_value());
    CHECK(taken->unclaimed({}).empty());
    CHECK_FALSE(taken->has(listener("127.0.0.1", 8080)));
}

TEST_CASE("an announcement for another process is not for us")
{
    std::uint16_t port = 0;
    const Passed passed({{"web", listening("127.0.0.1", port)}});
    ::setenv("LISTEN_PID", "1", 1);
    const auto taken = app::ActivatedSockets::take();
    REQUIRE(taken.has_value());
    CHECK(taken->unclaimed({}).empty());
    ::close(kFirst);
}

TEST_CASE("the announcement is taken once, so that no child believes that it is meant")
{
    std::uint16_t port = 0;
    const Passed passed({{"web", listening("127.0.0.1", port)}});
    const auto taken = app::ActivatedSockets::take();
    REQUIRE(taken.has_value());
    CHECK(std::getenv("LISTEN_FDS") == nullptr);
    CHECK(std::getenv("LISTEN_PID") == nullptr);
    CHECK(std::getenv("LISTEN_FDNAMES") == nullptr);
    CHECK((::fcntl(kFirst, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a listener finds its socket by address and port")
{
    std::uint16_t port = 0;
    std::uint16_t any_port = 0;
    const Passed passed({{"web", listening("127.0.0.1", port)}, {"web", listening("0.0.0.0", any_port)}});
    const auto taken = app::ActivatedSockets::take();
    REQUIRE(taken.has_value());

    CHECK(taken->has(listener("127.0.0.1", port)));
    for (const std::string any : {"", "0.0.0.0", "::"}) CHECK(taken->has(listener(any, any_port)));

    CHECK_FALSE(taken->has(listener("", port)));
    CHECK_FALSE(taken->has(listener("127.0.0.2", port)));
    CHECK_FALSE(taken->has(listener("::1", port)));
    CHECK_FALSE(taken->has(listener("127.0.0.1", any_port)));
    CHECK_FALSE(taken->has(listener("127.0.0.1", 1)));

    CHECK(taken->unclaimed({listener("127.0.0.1", port), listener("", any_port)}).empty());
    CHECK(taken->unclaimed({listener("::", any_port)}) == "web (127.0.0.1:" + std::to_string(port) + ")");
    CHECK(taken->unclaimed({listener("127.0.0.1", port)}) == "web (*:" + std::to_string(any_port) + ")");
}

TEST_CASE("of two sockets for one listener the second is nobody's")
{
    std::uint16_t one = 0;
    std::uint16_t two = 0;
    const Passed passed(
        {{"postern-8080", listening("127.0.0.1", one)}, {"postern-8080", listening("127.0.0.1", two)}});
    const auto taken = app::ActivatedSockets::take();
    REQUIRE(taken.has_value());
    CHECK(taken->unclaimed({listener("", 8080)}) == "postern-8080 (127.0.0.1:" + std::to_string(two) + ")");
}

TEST_CASE("a socket named for a listener's port is that listener's, wherever it is bound")
{
    std::uint16_t bound = 0;
    std::uint16_t other = 0;
    const Passed passed(
        {{"web", listening("127.0.0.1", other)}, {"postern-8443", listening("127.0.0.1", bound)}});
    const auto taken = app::ActivatedSockets::take();
    REQUIRE(taken.has_value());
    const auto shared = taken->share(listener("", 8443), 1);
    REQUIRE(shared.has_value());
    CHECK(shared->port == bound);
    CHECK_FALSE(taken->has(listener("127.0.0.1", bound)));
    CHECK(taken->has(listener("127.0.0.1", other)));
}

TEST_CASE("each shard gets a descriptor of one socket, and whoever comes first accepts")
{
    std::uint16_t port = 0;
    const Passed passed({{"web", listening("127.0.0.1", port)}});
    const auto taken = app::ActivatedSockets::take();
    REQUIRE(taken.has_value());
    const auto shared = taken->share(listener("127.0.0.1", port), 3);
    REQUIRE(shared.has_value());
    const std::vector<net::UniqueFd>& shards = shared->fds;
    REQUIRE(shards.size() == 3);

    const int client = test::connect_v4(port);
    for (const net::UniqueFd& shard : shards) {
        wait_for_caller(shard);  // all of them are woken
        CHECK((::fcntl(shard.get(), F_GETFD) & FD_CLOEXEC) != 0);
    }
    const net::Accepted first = net::accept_one(shards[1].get());
    CHECK(first.fd >= 0);
    const net::Accepted second = net::accept_one(shards[2].get());  // and does not block
    CHECK(second.fd == -1);
    CHECK(second.error == 0);
    ::close(first.fd);
    ::close(client);
}

TEST_CASE("a listener that a reload took away finds its socket again, and clients waited in between")
{
    std::uint16_t port = 0;
    const Passed passed({{"web", listening("127.0.0.1", port)}});
    const auto taken = app::ActivatedSockets::take();
    REQUIRE(taken.has_value());
    REQUIRE(taken->share(listener("127.0.0.1", port), 2).has_value());
    const int client = test::connect_v4(port);
    const auto after = taken->share(listener("127.0.0.1", port), 1);
    REQUIRE(after.has_value());
    wait_for_caller(after->fds[0]);
    const net::Accepted accepted = net::accept_one(after->fds[0].get());
    CHECK(accepted.fd >= 0);
    ::close(accepted.fd);
    ::close(client);
}

TEST_CASE("what is no listening TCP socket is refused by its name")
{
    int fd = -1;
    SECTION("a file")
    {
        fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    SECTION("a client's connection, as Accept=yes passes it")
    {
        fd = ::socket(AF_INET, SOCK_STREAM, 0);
    }
    SECTION("datagrams")
    {
        fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    }
    SECTION("a unix socket")
    {
        fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
        const sockaddr autobind{AF_UNIX, {}};  // an abstract address of the kernel's choice
        REQUIRE(::bind(fd, &autobind, sizeof(sa_family_t)) == 0);
        REQUIRE(::listen(fd, 1) == 0);
    }
    const Passed passed({{"strange", fd}});
    const auto taken = app::ActivatedSockets::take();
    REQUIRE(taken.has_error());
    CHECK(taken.error().kind == ErrorKind::BadInput);
    CHECK(taken.error().detail.find("the activated socket strange is not a listening TCP socket") == 0);
}

TEST_CASE("an announcement that is no number is an error")
{
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "two", 1);
    const auto taken = app::ActivatedSockets::take();
    REQUIRE(taken.has_error());
    CHECK(taken.error().detail.starts_with("LISTEN_FDS cannot be understood"));
}
