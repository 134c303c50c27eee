// SPDX-License-Identifier: Apache-2.0
// How clients are let in: also when the kernel has nothing to let them in with, and when a listener goes.
#include "net/unique_fd.hpp"
#include "unit/server/support.hpp"

#include <vector>

using namespace postern;
using test::Server;

TEST_CASE("a shard that cannot accept tries again now and then, not all the time, and lets in who comes then")
{
    constexpr std::size_t kLooks = 1000;
    Server server;
    auto sockets = net::listen_tcp("127.0.0.1", 0, 1);
    REQUIRE(sockets.has_value());
    const net::UniqueFd ours(::dup(sockets->fds[0].get()));
    server.server.add_listener(1, sockets->fds[0].release(), sockets->port, {});
    REQUIRE(::shutdown(ours.get(), SHUT_RDWR) == 0);  // readable, and accepting fails, as without descriptors
    std::size_t wakes = 0;
    for (std::size_t i = 0; i < kLooks; ++i) wakes += server.f.shard.io().poll_one();
    CHECK(wakes > 0);
    CHECK(wakes < kLooks / 4);

    REQUIRE(::listen(ours.get(), 1) == 0);
    const auto bound = net::bound_address(ours.get());  // the kernel has chosen a port again
    REQUIRE(bound.has_value());
    const net::UniqueFd client(test::connect_v4(bound->port));
    while (server.server.open_sockets() == 0) server.turn();
}

TEST_CASE("everybody who has got through to a listener is let in when it is removed")
{
    constexpr std::size_t kClients = 100;  // more than are accepted at once
    Server server;
    std::vector<net::UniqueFd> clients;
    for (std::size_t i = 0; i < kClients; ++i) clients.emplace_back(test::connect_v4(server.port));
    server.f.shard.run([&] { server.server.remove_listener(0); });
    CHECK(server.server.open_sockets() == kClients);
}
