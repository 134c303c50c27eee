// SPDX-License-Identifier: Apache-2.0
// What a bug in the gateway costs: the connection that met it, and nobody else.
#include "unit/server/support.hpp"

#include <stdexcept>

using namespace postern;
using test::answer;
using test::Client;
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
