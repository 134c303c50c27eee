// SPDX-License-Identifier: Apache-2.0
#include "net/tcp.hpp"

#include "catch.hpp"
#include "support/loopback.hpp"

#include <arpa/inet.h>
#include <barrier>
#include <future>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace postern;

namespace {

/// Descriptors that are closed at the end.
struct Fds {
    std::vector<int> fds;
    ~Fds()
    {
        for (const int fd : fds) ::close(fd);
    }
    int add(int fd)
    {
        fds.push_back(fd);
        return fd;
    }
};

/// -1 where the machine has no IPv6.
int connect_v6(std::uint16_t port)
{
    const int fd = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    to.sin6_addr = in6addr_loopback;
    if (fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0) return fd;
    if (fd >= 0) ::close(fd);
    return -1;
}

void wait_readable(int fd)
{
    pollfd wanted{fd, POLLIN, 0};
    REQUIRE(::poll(&wanted, 1, -1) == 1);
}

int option(int fd, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof(value);
    REQUIRE(::getsockopt(fd, level, name, &value, &size) == 0);
    return value;
}

}  // namespace

TEST_CASE("port 0 is chosen by the kernel and reported, the same for every socket")
{
    Fds fds;
    const auto sockets = net::listen_tcp("127.0.0.1", 0, 3);
    REQUIRE(sockets.has_value());
    CHECK(sockets->port != 0);
    REQUIRE(sockets->fds.size() == 3);
    for (const net::UniqueFd& socket : sockets->fds) {
        const int fd = socket.get();
        sockaddr_in bound{};
        socklen_t size = sizeof(bound);
        REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) == 0);
        CHECK(ntohs(bound.sin_port) == sockets->port);
    }
}

TEST_CASE("a client is accepted with its address and the options of a WebSocket")
{
    Fds fds;
    const auto sockets = net::listen_tcp("127.0.0.1", 0, 1);
    REQUIRE(sockets.has_value());
    const net::Accepted nobody = net::accept_one(sockets->fds[0].get());
    CHECK(nobody.fd == -1);
    CHECK(nobody.error == 0);

    fds.add(test::connect_v4(sockets->port));
    wait_readable(sockets->fds[0].get());
    const net::Accepted client = net::accept_one(sockets->fds[0].get());
    REQUIRE(client.fd >= 0);
    fds.add(client.fd);
    CHECK(client.source_ip == "127.0.0.1");
    CHECK(option(client.fd, IPPROTO_TCP, TCP_NODELAY) != 0);
    CHECK(option(client.fd, SOL_SOCKET, SO_KEEPALIVE) != 0);
    char c = 0;
    CHECK(::recv(client.fd, &c, 1, 0) == -1);  // non-blocking
}

TEST_CASE("without an address IPv4 and IPv6 clients come to one port")
{
    Fds fds;
    const auto sockets = net::listen_tcp("", 0, 1);
    REQUIRE(sockets.has_value());
    const auto source_of_next = [&] {
        wait_readable(sockets->fds[0].get());
        const net::Accepted client = net::accept_one(sockets->fds[0].get());
        fds.add(client.fd);
        return client.source_ip;
    };
    fds.add(test::connect_v4(sockets->port));
    CHECK(source_of_next() == "127.0.0.1");  // not ::ffff:127.0.0.1
    const int v6 = connect_v6(sockets->port);
    if (v6 < 0) return;
    fds.add(v6);
    CHECK(source_of_next() == "::1");
}

TEST_CASE("a port in use is an error that names it, also when its owner would share it")
{
    Fds fds;
    const std::size_t count = GENERATE(1U, 2U);
    const auto first = net::listen_tcp("127.0.0.1", 0, count);
    REQUIRE(first.has_value());
    const auto second = net::listen_tcp("127.0.0.1", first->port, count);
    REQUIRE(second.has_error());
    CHECK(second.error().kind == ErrorKind::Io);
    CHECK(second.error().detail.find("127.0.0.1:" + std::to_string(first->port)) != std::string::npos);
}

TEST_CASE("of two who want a port at the same time at most one gets it")
{
    // Which of them is chance, and how often they really meet: with a moment in which nobody has the port,
    // dozens of times in a thousand.
    const std::uint16_t port = net::listen_tcp("127.0.0.1", 0, 2)->port;
    for (int round = 0; round < 1000; ++round) {
        std::barrier together(2);
        const auto listen = [&] {
            together.arrive_and_wait();
            return net::listen_tcp("127.0.0.1", port, 2);
        };
        auto rival = std::async(std::launch::async, listen);
        const auto mine = listen();
        const auto theirs = rival.get();
        REQUIRE_FALSE((mine.has_value() && theirs.has_value()));
    }
}

TEST_CASE("the kernel gives clients to every one of the sockets, also to the first")
{
    Fds fds;
    const auto sockets = net::listen_tcp("", 0, 2);
    REQUIRE(sockets.has_value());
    for (int i = 0; i < 64; ++i) fds.add(test::connect_v4(sockets->port));
    for (const net::UniqueFd& socket : sockets->fds) {
        wait_readable(socket.get());
        const net::Accepted client = net::accept_one(socket.get());
        REQUIRE(client.fd >= 0);
        fds.add(client.fd);
    }
}

TEST_CASE("an address that is none of ours or no address is an error")
{
    for (const std::string address : {"localhost", "300.1.1.1", "192.0.2.1", "1.2.3.4.5", "::g"}) {
        INFO(address);
        const auto sockets = net::listen_tcp(address, 0, 1);
        REQUIRE(sockets.has_error());
        CHECK(sockets.error().kind == ErrorKind::Io);
        CHECK(sockets.error().detail.find(address) != std::string::npos);
    }
}

TEST_CASE("accepting from what is no listening socket tells why")
{
    const net::Accepted accepted = net::accept_one(-1);
    CHECK(accepted.fd == -1);
    CHECK(accepted.error == EBADF);
}

TEST_CASE("the descriptor limit is raised to what is allowed")
{
    const std::size_t limit = net::raise_descriptor_limit();
    rlimit now{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &now) == 0);
    CHECK(limit == now.rlim_cur);
    CHECK(now.rlim_cur == now.rlim_max);
}

TEST_CASE("a listening socket tells what it is bound to, in one spelling")
{
    for (const std::string address : {"", "127.0.0.1"}) {
        const auto sockets = net::listen_tcp(address, 0, 1);
        REQUIRE(sockets.has_value());
        const auto bound = net::bound_address(sockets->fds[0].get());
        REQUIRE(bound.has_value());
        CHECK(bound->address == address);
        CHECK(bound->port == sockets->port);
    }
    const net::UniqueFd silent(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CHECK_FALSE(net::bound_address(silent.get()).has_value());
    CHECK_FALSE(net::bound_address(-1).has_value());
}

TEST_CASE("an address has one canonical spelling, and what is none stays as it is")
{
    CHECK(net::canonical_address("").empty());
    CHECK(net::canonical_address("::").empty());
    CHECK(net::canonical_address("0:0::0").empty());
    CHECK(net::canonical_address("0.0.0.0").empty());
    CHECK(net::canonical_address("::0001") == "::1");
    CHECK(net::canonical_address("10.0.0.1") == "10.0.0.1");
    CHECK(net::canonical_address("nowhere") == "nowhere");
}

TEST_CASE("a socket cannot be shared when there are no descriptors left")
{
    const auto sockets = net::listen_tcp("127.0.0.1", 0, 1);
    REQUIRE(sockets.has_value());
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit tight = before;
    tight.rlim_cur = 1;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
    const auto shared = net::share_listening(sockets->fds[0].get(), 2);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    REQUIRE(shared.has_error());
    CHECK(shared.error().kind == ErrorKind::Io);
}
