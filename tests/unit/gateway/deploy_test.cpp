// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "unit/gateway/support.hpp"

using namespace postern;

TEST_CASE("a new deployment is met by the next message of a connection that was there before")
{
    test::GatewayFixture f{{{"!say", "first"}}};
    f.handler("first").act = [](const postern_event&, postern_token) { return 0; };
    test::FakeConnection& client = f.open();
    f.message(client, R"({"action":"say"})");
    CHECK(f.handler("first").seen.size() == 1);

    f.shard.run([&] {
        f.gateway->deploy({test::compile(test::make_api("api", {{"!say", "second"}}), "dev", f.handlers)},
                          {});
    });
    f.message(client, R"({"action":"say"})");
    CHECK(f.handler("first").seen.size() == 1);
    CHECK(f.handler("second").seen.size() == 1);
    CHECK(client.closed.first == 0);
}

TEST_CASE("connections of a stage that is gone are closed as if the gateway went away; the others stay")
{
    test::GatewayFixture f{{{"!say", "first"}}};
    const auto api = test::make_api("api", {{"!say", "first"}});
    const auto prod = test::compile(api, "prod", f.handlers);
    f.shard.run([&] { f.gateway->deploy({test::compile(api, "dev", f.handlers), prod}, {}); });
    test::FakeConnection& on_dev = f.open();
    test::FakeConnection& on_prod = f.open();
    on_prod.set_stage("prod");

    f.shard.run([&] { f.gateway->deploy({prod}, {}); });
    CHECK(on_dev.closed == std::pair<std::uint16_t, std::string>(1001, "Going away"));
    CHECK(on_prod.closed.first == 0);
    CHECK(f.stage->current == nullptr);
}
