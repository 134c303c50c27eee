// SPDX-License-Identifier: Apache-2.0
// What a bug in the gateway costs: the connection that met it, and nobody else.
#include "unit/server/support.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace postern;
using test::answer;
using test::Client;
using test::FakeHandler;
using test::kSay;
using test::Server;
using test::text;

TEST_CASE("an exception ends the connection that it comes from and leaves the others alone")
{
    Server s;
    Client unlucky(s);
    Client good(s);
    s.f.handler("first").act = [](const postern_event&, postern_token) -> std::int32_t {
        throw std::runtime_error("a bug");
    };
    unlucky.send(text(kSay));
    while (s.f.registry.admitted() == 2) s.turn();
    CHECK(unlucky.is_at_end());
    CHECK(s.f.handler("first").seen.size() == 1);
    CHECK(s.f.registry.admitted() == 1);

    s.f.answers_at_once("first", 200, "mine");
    good.send(text(kSay));
    CHECK(good.receive(answer("mine").size()) == answer("mine"));
}

TEST_CASE("so does one that a message throws which had to wait")
{
    Server s;
    s.f.limits.messages_in_flight_max = 1;
    Client unlucky(s);
    unlucky.send(text(kSay) + text(kSay));
    while (s.f.handler("first").seen.empty()) s.turn();
    s.f.handler("first").act = [](const postern_event&, postern_token) -> std::int32_t {
        throw std::runtime_error("a bug");
    };
    s.f.answer(s.f.handler("first").seen.front().token, 200, "late");
    CHECK(s.f.handler("first").seen.size() == 2);
    CHECK(s.f.registry.admitted() == 0);
    CHECK(unlucky.is_at_end());
}

TEST_CASE("an exception at one connection's deadline leaves the others theirs")
{
    const std::vector<std::pair<std::string, std::string>> routes{{"$disconnect", "first"}};
    Server s(routes);
    s.f.limits.idle_timeout = std::chrono::seconds(1);
    Client unlucky(s);
    Client good(s);
    FakeHandler& handler = s.f.handler("first");
    handler.act = [&](const postern_event&, postern_token) -> std::int32_t {
        if (handler.seen.size() == 1) throw std::runtime_error("a bug");
        return 0;
    };
    s.f.clock.pass(1500);
    s.f.shard.run([&] { s.f.shard.seconds().advance(s.f.shard.now()); });
    CHECK(handler.seen.size() == 2);
    CHECK(s.f.registry.admitted() == 0);
    CHECK(s.budget.sockets == 1);  // the other one waits for its close frame's answer
}
