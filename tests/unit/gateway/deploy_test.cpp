// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "unit/gateway/support.hpp"

using namespace postern;

namespace {

/// A client's session as it is when the stage has gone before the verdict: let in, it is closed at once.
struct LateClient final : gateway::ConnectWaiter {
    explicit LateClient(test::GatewayFixture& f) : fixture(f) {}
    void on_admitted(std::string_view) override
    {
        CHECK(fixture.stage->current == nullptr);
        leave();
    }
    void on_refused(const api::HttpReply&) override { FAIL("is refused"); }
    void on_queued() override { FAIL("is queued"); }
    void leave() { fixture.gateway->on_disconnect(client.info(), *fixture.stage, 1001, "Going away"); }

    test::GatewayFixture& fixture;
    test::FakeConnection client{*fixture.registry.reserve(), fixture.codec.encode({})};
};

}  // namespace

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

TEST_CASE(
    "who is let in when the stage has gone meanwhile has the $disconnect of the $connect that let him in")
{
    test::GatewayFixture f{{{"$connect", "first"}, {"$disconnect", "second"}}};
    LateClient late(f);
    gateway::ConnectRequest request;
    request.connection = &late.client.info();
    request.stage = f.stage;
    f.shard.run([&] { f.gateway->connect(request, late); });
    f.deployments.clear();
    f.shard.run([&] {
        f.gateway->deploy({test::compile(test::make_api("api", {{"$connect", "third"}}), "dev", f.handlers)},
                          {});
    });
    f.shard.run([&] { f.gateway->deploy({}, {}); });

    f.answer(f.handler("first").seen.at(0).token, 200);
    REQUIRE(f.handler("second").seen.size() == 1);
    CHECK(f.handler("second").seen[0].disconnect_code == 1001);
    CHECK(f.gateway->open_calls() == 1);
    f.answer(f.handler("second").seen[0].token, 200);
    CHECK(f.gateway->open_calls() == 0);

    f.shard.run([&] { late.leave(); });  // nobody is being let in
    CHECK(f.handler("second").seen.size() == 1);
}
