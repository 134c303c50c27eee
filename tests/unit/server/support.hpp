// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/tcp.hpp"
#include "net/websocket_codec.hpp"
#include "server/shard_server.hpp"
#include "support/loopback.hpp"
#include "unit/gateway/support.hpp"

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace postern::test {

inline constexpr const char* kUpgradeRequest =
    "GET /dev HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

inline constexpr const char* kSay = R"({"action":"say"})";

/// A server on a shard that does not run by itself: turn() is its thread.
struct Server {
    explicit Server(const std::vector<std::pair<std::string, std::string>>& routes = {{"!say", "first"}})
        : f(routes)
    {
        auto sockets = net::listen_tcp("127.0.0.1", 0, 1);
        REQUIRE(sockets.has_value());
        port = sockets->port;
        const auto callers = std::make_shared<const management::Callers>(management::CallerOptions{});
        server.configure({f.deployments,
                          {},
                          f.limits,
                          std::make_shared<const management::ConnectionsApi>(f.directory, callers, f.clock)});
        server.add_listener(0, sockets->fds[0].release(), port, {});
        f.shard.poller().start();
    }

    void turn()
    {
        f.shard.io().poll();
        CHECK(f.shard.buffers().output.empty());
        CHECK(f.shard.buffers().cipher_output.empty());
    }

    GatewayFixture f;
    server::SocketBudget budget{1000};
    server::NodeLoad load;
    server::ShardServer server{f.shard, f.registry, *f.gateway, f.codec, f.limits, budget, load};
    std::uint16_t port = 0;
};

/// The end of a socket that says no goodbye: RST.
inline void reset(int fd)
{
    const linger now{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    ::close(fd);
}

class Client {
public:
    explicit Client(Server& server) : server_(server), fd_(connect_v4(server.port))
    {
        send(kUpgradeRequest);
        while (received_.find("\r\n\r\n") == std::string::npos) receive_some();
        REQUIRE(received_.starts_with("HTTP/1.1 101 "));
        received_.clear();
    }
    ~Client()
    {
        if (fd_ >= 0) ::close(fd_);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send(std::string_view bytes) const
    {
        REQUIRE(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
    }
    /// `bytes` more from the server, and nothing behind them.
    std::string receive(std::size_t bytes)
    {
        while (received_.size() < bytes) receive_some();
        for (int i = 0; i < 3; ++i) receive_some();
        return std::exchange(received_, {});
    }
    /// Something has arrived, without a turn of the server.
    bool has_bytes() const
    {
        char c = 0;
        return ::recv(fd_, &c, 1, MSG_DONTWAIT | MSG_PEEK) == 1;
    }
    /// Reads what is left, of a server that has closed behind it; false when it has not.
    bool is_at_end() const
    {
        constexpr timeval kPatience{60, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
        char block[65536];
        ssize_t got = 0;
        while ((got = ::recv(fd_, block, sizeof(block), 0)) > 0) {
        }
        return got == 0 || errno == ECONNRESET;
    }
    /// Vanishes without a goodbye.
    void reset() { test::reset(std::exchange(fd_, -1)); }

private:
    void receive_some()
    {
        server_.turn();
        char block[65536];
        const ssize_t got = ::recv(fd_, block, sizeof(block), MSG_DONTWAIT);
        if (got > 0) received_.append(block, static_cast<std::size_t>(got));
    }

    Server& server_;
    int fd_;
    std::string received_;
};

/// A client's frame, masked with zeros.
inline std::string text(std::string_view payload)
{
    std::string frame{'\x81', static_cast<char>(0x80U | payload.size()), 0, 0, 0, 0};
    return frame.append(payload);
}

inline std::string answer(std::string_view payload)
{
    std::string frame;
    net::ws::append_frame(frame, net::ws::Opcode::Text, payload);
    return frame;
}

}  // namespace postern::test
