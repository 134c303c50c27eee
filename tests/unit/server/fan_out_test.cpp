// SPDX-License-Identifier: Apache-2.0
// One message to very many connections: the shard goes on with its other work meanwhile.
#include "connections/shared_message.hpp"
#include "unit/server/support.hpp"

#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

using namespace postern;
using test::answer;
using test::Client;
using test::Server;

namespace {

constexpr std::size_t kClients = 300;  // more than are sent to in one turn

std::vector<std::unique_ptr<Client>> connect_all(Server& server)
{
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < kClients; ++i) clients.push_back(std::make_unique<Client>(server));
    return clients;
}

void broadcast(Server& server, const connections::SharedMessage& message)
{
    server.f.shard.run([&] {
        server.f.registry.for_each([&](connections::Connection& connection) {
            CHECK(connection.send_shared(message) == connections::PostResult::Delivered);
        });
    });
}

}  // namespace

TEST_CASE("a message to very many is sent over several turns, and everybody gets it once")
{
    Server server;
    const auto clients = connect_all(server);
    broadcast(server, connections::SharedMessage("to all"));
    const auto reached = [&] {
        return std::count_if(
            clients.begin(), clients.end(), [](const auto& client) { return client->has_bytes(); });
    };
    while (reached() == 0) std::this_thread::yield();
    CHECK(reached() < static_cast<std::ptrdiff_t>(kClients));
    for (const auto& client : clients) CHECK(client->receive(answer("to all").size()) == answer("to all"));
}

TEST_CASE("messages to very many arrive in order, also beside those to one")
{
    Server server;
    const auto clients = connect_all(server);
    for (const char* text : {"first", "second"}) broadcast(server, connections::SharedMessage(text));
    server.f.shard.run([&] {
        server.f.registry.for_each(
            [](connections::Connection& connection) { connection.send("own", false); });
    });
    const std::string expected = answer("first") + answer("second") + answer("own");
    for (const auto& client : clients) CHECK(client->receive(expected.size()) == expected);
}

TEST_CASE("who vanishes before its turn to be sent to is freed afterwards, and nobody else notices")
{
    Server server;
    const auto clients = connect_all(server);
    broadcast(server, connections::SharedMessage("to all"));
    for (std::size_t i = 0; i < kClients; i += 2) clients[i]->reset();
    for (std::size_t i = 1; i < kClients; i += 2) {
        CHECK(clients[i]->receive(answer("to all").size()) == answer("to all"));
    }
    for (int i = 0; i < 1000 && server.f.registry.admitted() > kClients / 2; ++i) server.turn();
    CHECK(server.f.registry.admitted() == kClients / 2);
    CHECK(server.budget.sockets == kClients / 2);
}

TEST_CASE("the frame of a message to many is kept once for all who have still to get it, and then let go")
{
    Server server;
    const auto clients = connect_all(server);
    const connections::SharedMessage message(std::string(100, 'x'));
    broadcast(server, message);
    CHECK(message.frame().use_count() > 1);
    for (const auto& client : clients) client->receive(answer(message.text()).size());
    CHECK(message.frame().use_count() == 1);
}

TEST_CASE("a reader that is too slow for a shared message is closed like any other")
{
    Server server;
    Client client(server);
    const connections::SharedMessage message(std::string(512 * 1024, 'x'));
    connections::PostResult result = connections::PostResult::Delivered;
    for (int i = 0; i < 1000 && result == connections::PostResult::Delivered; ++i) {
        server.f.shard.run([&] {
            server.f.registry.for_each(
                [&](connections::Connection& connection) { result = connection.send_shared(message); });
        });
    }
    CHECK(result == connections::PostResult::LimitExceeded);
    CHECK(server.f.registry.admitted() == 0);
}

TEST_CASE("what has not been offered to a client yet is no sign that it reads slowly")
{
    constexpr std::size_t kMessageBytes = 8 * 1024;
    constexpr std::size_t kMessages = 8;
    Server server;
    server.f.limits.outbox_bytes_max = 3 * kMessageBytes;  // the kernel takes more than all of them
    Client client(server);
    const connections::SharedMessage message(std::string(kMessageBytes, 'x'));
    server.f.shard.run([&] {
        server.f.registry.for_each([&](connections::Connection& connection) {
            for (std::size_t i = 0; i < kMessages; i += 2) {
                CHECK(connection.send_shared(message) == connections::PostResult::Delivered);
                CHECK(connection.send(message.text(), false) == connections::PostResult::Delivered);
            }
        });
    });
    REQUIRE(server.f.registry.admitted() == 1);
    std::string expected;
    for (std::size_t i = 0; i < kMessages; ++i) expected += *message.frame();
    CHECK(client.receive(expected.size()) == expected);
}
