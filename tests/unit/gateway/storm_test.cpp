// SPDX-License-Identifier: Apache-2.0
#include "unit/gateway/support.hpp"

#include <deque>

using namespace postern;
using test::FakeConnection;
using test::FakeWaiter;
using test::GatewayFixture;

namespace {

/// A gateway at which $connect and $disconnect take their time.
struct Storm : GatewayFixture {
    Storm() : GatewayFixture({{"$connect", "first"}, {"$disconnect", "second"}})
    {
        limits.pending_connects_max = 2;
        limits.queued_connects_max = 3;
        limits.connect_queue_timeout = std::chrono::milliseconds(400);
        limits.concurrent_disconnects_max = 2;
    }

    FakeWaiter& knock() { return knock_at(*stage); }

    FakeWaiter& knock_at(gateway::StageSlot& at)
    {
        connect(waiters.emplace_back(), client.info(), at);
        return waiters.back();
    }

    void leave(FakeConnection& connection, std::uint16_t code = 1006)
    {
        leave_from(*stage, connection, code);
    }

    void leave_from(gateway::StageSlot& from, FakeConnection& connection, std::uint16_t code = 1006)
    {
        shard.run([&] { gateway->on_disconnect(connection.info(), from, code, "gone"); });
    }

    std::size_t asked() { return handler("first").seen.size(); }
    std::size_t told() { return handler("second").seen.size(); }

    FakeConnection& client = open();
    std::deque<FakeWaiter> waiters;
};

int status(const FakeWaiter& waiter)
{
    return waiter.refused ? waiter.refused->status : 0;
}

std::string header(const api::HttpReply& reply, std::string_view name)
{
    for (const api::Header& field : reply.headers) {
        if (field.name == name) return field.value;
    }
    return "";
}

}  // namespace

TEST_CASE("handshakes beyond pendingConnects wait, and are asked about in their order")
{
    Storm s;
    for (int i = 0; i < 4; ++i) s.knock();
    CHECK(s.asked() == 2);
    CHECK_FALSE(s.waiters[1].is_queued);
    CHECK(s.waiters[2].is_queued);
    s.answer(s.handler().seen.at(1).token, 200);
    CHECK(s.asked() == 2);  // not on the stack of whoever has answered
    s.settle();
    REQUIRE(s.asked() == 3);
    s.answer(s.handler().seen[2].token, 200);
    CHECK(s.waiters[2].admitted.has_value());
    CHECK(s.waiters[3].verdicts == 0);
    s.settle();
    s.answer(s.handler().seen.at(3).token, 200);
    CHECK(s.waiters[3].admitted.has_value());
    CHECK(s.waiters[0].verdicts == 0);
    CHECK(s.gateway->open_calls() == 1);
}

TEST_CASE("a place that becomes free belongs to the queue, not to the next who comes")
{
    Storm s;
    for (int i = 0; i < 3; ++i) s.knock();
    s.answer(s.handler().seen.at(0).token, 200);
    s.knock();
    CHECK(s.waiters[3].is_queued);
    s.settle();
    s.answer(s.handler().seen.at(2).token, 403);
    CHECK(status(s.waiters[2]) == 403);
    CHECK(s.waiters[3].verdicts == 0);
}

TEST_CASE("a full queue answers 503 with Retry-After at once, and nobody is asked")
{
    Storm s;
    for (int i = 0; i < 6; ++i) s.knock();
    CHECK(s.waiters[4].verdicts == 0);
    REQUIRE(s.waiters[5].refused.has_value());
    CHECK(s.waiters[5].refused->status == 503);
    CHECK(s.waiters[5].refused->body == R"({"message":"Service Unavailable"})");
    CHECK(header(*s.waiters[5].refused, "Retry-After") == "5");
    CHECK(s.asked() == 2);
}

TEST_CASE("who has waited for connectQueueTimeout gets 503, and who came later waits on")
{
    Storm s;
    s.knock();
    s.knock();
    s.knock();
    s.pass(200);
    s.knock();
    s.pass(210);
    CHECK(status(s.waiters[2]) == 503);
    CHECK(s.waiters[3].verdicts == 0);
    s.pass(200);
    CHECK(status(s.waiters[3]) == 503);
    CHECK(s.asked() == 2);
    CHECK(s.gateway->open_calls() == 2);
}

TEST_CASE("without a connectQueueTimeout a handshake waits until it is asked about")
{
    Storm s;
    s.limits.connect_queue_timeout = std::chrono::milliseconds(0);
    for (int i = 0; i < 3; ++i) s.knock();
    s.pass(900);
    CHECK(s.waiters[2].verdicts == 0);
    s.pass(200);  // the time of the first two is over
    CHECK(status(s.waiters[0]) == 504);
    CHECK(s.asked() == 3);
}

TEST_CASE("a peer that leaves while it is queued costs nothing: no $connect, no verdict")
{
    Storm s;
    for (int i = 0; i < 4; ++i) s.knock();
    CHECK(gateway::Gateway::abandon(*s.stage, s.waiters[2]));
    CHECK_FALSE(gateway::Gateway::abandon(*s.stage, s.waiters[2]));
    CHECK_FALSE(gateway::Gateway::abandon(*s.stage, s.waiters[0]));  // is being asked about
    s.answer(s.handler().seen.at(0).token, 200);
    s.settle();
    s.answer(s.handler().seen.at(2).token, 200);
    CHECK(s.waiters[2].verdicts == 0);
    CHECK(s.waiters[3].admitted.has_value());
    CHECK(s.asked() == 3);
}

TEST_CASE("whoever is queued when the node stops gets 503")
{
    Storm s;
    for (int i = 0; i < 4; ++i) s.knock();
    s.gateway->refuse_queued();
    CHECK(status(s.waiters[2]) == 503);
    CHECK(status(s.waiters[3]) == 503);
    CHECK(s.waiters[0].verdicts == 0);
    CHECK(s.gateway->open_calls() == 2);
}

TEST_CASE("a stage that is gone when a handshake's turn comes refuses it")
{
    Storm s;
    for (int i = 0; i < 3; ++i) s.knock();
    s.stage->current.reset();
    s.answer(s.handler().seen.at(0).token, 200);
    s.settle();
    CHECK(status(s.waiters[2]) == 503);
    CHECK(s.asked() == 2);
}

TEST_CASE("an API whose $connect hangs holds up no other API's handshakes")
{
    Storm s;
    gateway::StageSlot& other = s.add_api("other", {{"$connect", "third"}});
    for (int i = 0; i < 6; ++i) s.knock();
    CHECK(status(s.waiters[5]) == 503);
    CHECK(s.gateway->queued_connects() == 3);
    for (std::size_t i = 0; i < 3; ++i) s.knock_at(other);
    CHECK(s.handler("third").seen.size() == 2);  // its own places, and its own queue
    CHECK(s.waiters[8].is_queued);
    CHECK(s.gateway->queued_connects() == 4);
    s.answer(s.handler("third").seen.at(0).token, 200);
    s.settle();
    CHECK(s.waiters[6].admitted.has_value());
    CHECK(s.handler("third").seen.size() == 3);
    CHECK(s.asked() == 2);
    CHECK(s.gateway->queued_connects() == 3);
}

TEST_CASE("the times of those who wait at several stages end each at its own")
{
    Storm s;
    gateway::StageSlot& other = s.add_api("other", {{"$connect", "third"}});
    for (int i = 0; i < 2; ++i) {
        s.knock();
        s.knock_at(other);
    }
    FakeWaiter& first = s.knock();
    s.pass(200);
    FakeWaiter& second = s.knock_at(other);
    s.pass(100);
    FakeWaiter& third = s.knock();
    s.pass(110);
    CHECK(status(first) == 503);
    CHECK(second.verdicts == 0);
    s.pass(200);
    CHECK(status(second) == 503);
    CHECK(third.verdicts == 0);
    s.pass(100);
    CHECK(status(third) == 503);
    CHECK(s.gateway->queued_connects() == 0);
}

TEST_CASE("when the node stops, whoever is queued at any stage gets 503")
{
    Storm s;
    gateway::StageSlot& other = s.add_api("other", {{"$connect", "third"}});
    for (int i = 0; i < 3; ++i) {
        s.knock();
        s.knock_at(other);
    }
    s.gateway->refuse_queued();
    CHECK(status(s.waiters[4]) == 503);
    CHECK(status(s.waiters[5]) == 503);
    CHECK(s.gateway->open_calls() == 4);
}

TEST_CASE("an API whose $disconnect hangs holds up no other API's")
{
    Storm s;
    gateway::StageSlot& other = s.add_api("other", {{"$disconnect", "third"}});
    for (int i = 0; i < 100; ++i) s.leave(s.client);
    for (int i = 0; i < 3; ++i) s.leave_from(other, s.client);
    CHECK(s.told() == 2);
    CHECK(s.handler("third").seen.size() == 2);
    CHECK(s.gateway->queued_disconnects() == 99);
    s.answer(s.handler("third").seen.at(0).token, 200);
    s.settle();
    CHECK(s.handler("third").seen.size() == 3);
    CHECK(s.told() == 2);
    CHECK(s.gateway->open_calls() == 102);
}

TEST_CASE("only so many $disconnect are handled at once; the others follow in their order, each once")
{
    Storm s;
    constexpr std::uint16_t kClients = 10;
    for (std::uint16_t i = 0; i < kClients; ++i) s.leave(s.open(), static_cast<std::uint16_t>(4000 + i));
    CHECK(s.told() == 2);
    CHECK(s.gateway->open_calls() == kClients);
    for (std::size_t i = 0; i < kClients; ++i) {
        REQUIRE(s.told() == std::min<std::size_t>(i + 2, kClients));
        CHECK(s.handler("second").seen[i].disconnect_code == static_cast<int>(4000 + i));
        CHECK(s.handler("second").seen[i].connection_id == s.connections[i + 1]->info().id.str());
        s.answer(s.handler("second").seen[i].token, 200);
        s.settle();
    }
    CHECK(s.gateway->open_calls() == 0);
    CHECK(s.told() == kClients);
}

TEST_CASE("while too many $disconnect wait, the stage takes nobody new; none of them is lost")
{
    Storm s;
    s.limits.queued_disconnects_max = 3;
    gateway::StageSlot& other = s.add_api("other", {{"$default", "third"}});
    for (int i = 0; i < 4; ++i) s.leave(s.client);
    CHECK(s.knock().verdicts == 0);
    for (int i = 0; i < 2; ++i) s.leave(s.client);  // more than that: they were there before
    CHECK(s.gateway->queued_disconnects() == 4);
    FakeWaiter& refused = s.knock();
    CHECK(status(refused) == 503);
    REQUIRE(refused.refused.has_value());
    CHECK(header(*refused.refused, "Retry-After") == "5");
    CHECK(s.knock_at(other).admitted.has_value());
    CHECK(s.asked() == 1);
    for (std::size_t i = 0; i < 2; ++i) {
        s.answer(s.handler("second").seen.at(i).token, 200);
        s.settle();
    }
    CHECK(s.knock().verdicts == 0);
    CHECK(s.asked() == 2);
    s.answers_at_once("second", 200, "");
    for (std::size_t i = 2; i < 4; ++i) {
        s.answer(s.handler("second").seen.at(i).token, 200);
        s.settle();
    }
    CHECK(s.told() == 6);
    CHECK(s.gateway->queued_disconnects() == 0);
}

TEST_CASE("a queued $disconnect needs nothing of its connection, and its stage may be gone")
{
    Storm s;
    s.leave(s.client);
    s.leave(s.client);
    {
        FakeConnection brief({}, s.codec.encode({0, 0, 7, 7}));
        s.leave(brief, 4001);
    }
    s.stage->current.reset();
    s.pass(2000);  // nobody has answered: the first two have timed out
    REQUIRE(s.told() == 3);
    CHECK(s.handler("second").seen[2].connection_id == s.codec.encode({0, 0, 7, 7}).str());
    CHECK(s.handler("second").seen[2].disconnect_reason == "gone");
    s.pass(2000);
    CHECK(s.gateway->open_calls() == 0);
}

TEST_CASE("a queue of $disconnect whose handler answers at once is worked off in one turn")
{
    Storm s;
    s.leave(s.client);
    s.leave(s.client);
    for (int i = 0; i < 1000; ++i) s.leave(s.client);
    s.answers_at_once("second", 200, "");
    s.answer(s.handler("second").seen.at(0).token, 200);
    s.settle();
    CHECK(s.told() == 1002);
    CHECK(s.gateway->open_calls() == 1);
}
