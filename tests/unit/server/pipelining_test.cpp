// SPDX-License-Identifier: Apache-2.0
// Requests behind requests on one socket: what waits has a bound, and nothing that was asked is forgotten.
#include "unit/server/support.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace postern;
using test::Server;

namespace {

constexpr std::string_view kPing = "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kUpgradeToNowhere =
    "GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A caller that never waits.
class Caller {
public:
    explicit Caller(const Server& server) : fd_(test::connect_v4(server.port)) {}
    ~Caller() { ::close(fd_); }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    /// Returns how many bytes there was room for.
    std::size_t send(std::string_view bytes) const
    {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        return sent > 0 ? static_cast<std::size_t>(sent) : 0;
    }
    void end_output() const { ::shutdown(fd_, SHUT_WR); }

    void receive()
    {
        char block[65536];
        ssize_t got = 0;
        while ((got = ::recv(fd_, block, sizeof(block), MSG_DONTWAIT)) > 0) {
            received.append(block, static_cast<std::size_t>(got));
        }
        has_ended = got == 0;
    }

    std::size_t answers() const
    {
        std::size_t count = 0;
        for (std::size_t at = 0; (at = received.find("HTTP/1.1 ", at)) != std::string::npos; ++at) ++count;
        return count;
    }

    std::string received;
    bool has_ended = false;

private:
    int fd_;
};

std::string repeated(std::string_view request, std::size_t count)
{
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += request;
    return out;
}

void serve_to_the_end(Server& server, Caller& caller)
{
    while (!caller.has_ended) {
        server.turn();
        caller.receive();
    }
}

}  // namespace

TEST_CASE("of pipelined requests no more is taken in than one reading, however fast they come")
{
    constexpr std::size_t kSteps = 150;
    constexpr std::size_t kReading = 32 * 1024;
    Server server;
    Caller caller(server);
    caller.send(kPing);
    while (caller.received.empty()) {
        server.turn();
        caller.receive();
    }
    const std::size_t answer_bytes = caller.received.size();

    const net::ShardStats& stats = server.f.shard.stats();
    const std::string requests = repeated(kPing, 8192);
    std::size_t sent = 0;
    std::size_t backlog_max = 0;
    for (std::size_t step = 0; step < kSteps; ++step) {
        sent += caller.send(std::string_view(requests).substr(sent % kPing.size()));
        server.f.shard.io().poll_one();
        caller.receive();
        const std::size_t answered = stats.sent_bytes.value() / answer_bytes * kPing.size();
        backlog_max = std::max(backlog_max, stats.received_bytes.value() - answered);
    }
    CHECK(caller.answers() > 500);
    CHECK(backlog_max < kReading + kPing.size());
}

TEST_CASE("who ends after the last of many requests gets all answers")
{
    constexpr std::size_t kRequests = 2000;
    Server server;
    Caller caller(server);
    const std::string requests = repeated(kPing, kRequests);
    REQUIRE(caller.send(requests) == requests.size());
    caller.end_output();
    serve_to_the_end(server, caller);
    CHECK(caller.answers() == kRequests);
    CHECK(server.budget.sockets == 0);
}

TEST_CASE("a refused handshake that asks for the end gets it")
{
    const std::vector<std::pair<std::string, std::string>> routes{{"$connect", "first"}};
    Server server(routes);
    server.f.answers_at_once("first", 403, "");
    for (const std::string_view path : {"/nowhere", "/dev"}) {
        Caller caller(server);
        std::string request(kUpgradeToNowhere);
        request.replace(request.find("/nowhere"), std::string_view("/nowhere").size(), path);
        caller.send(request + std::string(kPing));
        serve_to_the_end(server, caller);
        CHECK(caller.received.starts_with("HTTP/1.1 403 "));
        CHECK(caller.received.find("onnection: close\r\n") != std::string::npos);
        CHECK(caller.answers() == 1);
    }
}
