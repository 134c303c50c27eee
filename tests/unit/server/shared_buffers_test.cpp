// SPDX-License-Identifier: Apache-2.0
// The buffers that all connections of a shard share: whatever one connection does, the next finds them empty.
#include "unit/server/support.hpp"

#include <stdexcept>

using namespace postern;
using test::answer;
using test::Client;
using test::kSay;
using test::Server;
using test::text;
namespace ws = net::ws;

namespace {

/// `next` gets its own answer, and only that.
void check_untouched(Server& server, Client& next)
{
    server.f.answers_at_once("first", 200, "mine");
    next.send(text(kSay));
    CHECK(next.receive(answer("mine").size()) == answer("mine"));
    next.send({"\x89\x80\0\0\0\0", 6});
    CHECK(next.receive(2) == std::string("\x8A\0", 2));
}

}  // namespace

TEST_CASE("an error in the middle of a burst leaves nothing for the next connection")
{
    Server server;
    Client first(server);
    Client next(server);
    server.f.answers_at_once("first", 200, "a secret");
    first.send(text(kSay) + text(kSay) + "\x83\x80");  // an opcode that does not exist
    const std::string expected = answer("a secret") + answer("a secret") + "\x88\x10\x03\xEAProtocol error";
    CHECK(first.receive(expected.size()) == expected);
    check_untouched(server, next);
}

TEST_CASE("a connection that breaks in the middle of a burst leaves nothing for the next one")
{
    Server server;
    Client first(server);
    Client next(server);
    server.f.handler().act = [&](const auto&, postern_token token) {
        first.reset();
        server.f.gateway->on_reply(token.call, {200, "a secret", false, {}});
        return 0;
    };
    first.send(text(kSay));
    while (server.f.registry.admitted() == 2) server.turn();
    check_untouched(server, next);
}

TEST_CASE("an exception in the middle of a burst leaves nothing for the next connection")
{
    Server server;
    Client first(server);
    Client next(server);
    int calls = 0;
    server.f.handler().act = [&](const auto&, postern_token token) -> std::int32_t {
        if (++calls == 2) throw std::runtime_error("a bug");
        server.f.gateway->on_reply(token.call, {200, "a secret", false, {}});
        return 0;
    };
    first.send(text(kSay) + text(kSay));
    while (calls < 2) server.turn();
    check_untouched(server, next);
}

TEST_CASE("a broken handshake leaves nothing for the next connection")
{
    Server server;
    Client next(server);
    const int fd = test::connect_v4(server.port);
    constexpr std::string_view kSecret = "GET /dev?secret HTTP/1.1\r\nHost\r\n\r\n";
    REQUIRE(::send(fd, kSecret.data(), kSecret.size(), MSG_NOSIGNAL) > 0);
    char c = 0;
    while (::recv(fd, &c, 1, MSG_DONTWAIT) < 0) server.turn();
    ::close(fd);
    check_untouched(server, next);
}

TEST_CASE("what a connection sends to another in its burst stands in the other's own buffer")
{
    Server server;
    Client first(server);
    Client next(server);
    server.f.handler().act = [&](const auto&, postern_token token) {
        server.f.registry.for_each(
            [](connections::Connection& connection) { connection.send("to all", false); });
        server.f.gateway->on_reply(token.call, {200, "to the first", false, {}});
        return 0;
    };
    first.send(text(kSay));
    const std::string expected = answer("to all") + answer("to the first");
    CHECK(first.receive(expected.size()) == expected);
    CHECK(next.receive(answer("to all").size()) == answer("to all"));
}

TEST_CASE("what others sent to a connection earlier in the turn goes before its own answers")
{
    Server server;
    Client first(server);
    Client next(server);
    server.f.handler().act = [&](const postern_event& event, postern_token token) {
        const std::string_view sender(event.connection_id.data, event.connection_id.size);
        server.f.registry.for_each([&](connections::Connection& connection) {
            if (connection.info().id.view() != sender) connection.send("from the other", false);
        });
        server.f.gateway->on_reply(token.call, {200, "its own", false, {}});
        return 0;
    };
    first.send(text(kSay));
    next.send(text(kSay));  // both are readable in the same turn, in this order
    const std::string expected = answer("from the other") + answer("its own");
    CHECK(next.receive(expected.size()) == expected);
}
