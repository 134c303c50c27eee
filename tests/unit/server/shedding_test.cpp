// SPDX-License-Identifier: Apache-2.0
// What a shard does while memory is short: whom it reads, whom it closes.
#include "unit/server/support.hpp"

using namespace postern;
using server::Pressure;
using test::answer;
using test::Client;
using test::kSay;
using test::Server;
using test::text;

namespace {

constexpr std::size_t kMiB = 1024 * 1024;

/// A server whose clients may leave very much unread: more than the kernel keeps.
struct SlowReaders : Server {
    SlowReaders()
    {
        f.limits.outbox_bytes_max = 512 * kMiB;
        f.limits.message_bytes_max = 64 * kMiB;
    }

    /// Lets `client` have an answer of so many bytes, which it does not read.
    void leave_unread(Client& client, std::size_t bytes)
    {
        f.answers_at_once("first", 200, std::string(bytes, 'x'));
        client.send(text(kSay));
        wait_for_events(events() + 1);
        settle();
    }

    void wait_for_events(std::size_t count)
    {
        while (events() < count) turn();
    }

    void settle()
    {
        for (int i = 0; i < 10; ++i) turn();
    }

    std::size_t events() { return f.handler("first").seen.size(); }
};

}  // namespace

TEST_CASE("while memory is very short a client with unsent bytes is not read, and all others are")
{
    SlowReaders s;
    Client deaf(s);
    Client good(s);
    constexpr std::size_t kUnread = 16 * kMiB;
    s.leave_unread(deaf, kUnread);
    REQUIRE(s.events() == 1);
    s.f.answers_at_once("first", 200, "mine");

    s.load.pressure.set(GENERATE(Pressure::NoReading, Pressure::Shedding));
    deaf.send(text(kSay));
    s.settle();
    CHECK(s.events() == 1);
    good.send(text(kSay));
    CHECK(good.receive(answer("mine").size()) == answer("mine"));

    // It reads: nothing is unsent any more, and the message that has waited is handled.
    const std::size_t frame = answer(std::string(kUnread, 'x')).size();
    CHECK(deaf.receive(frame + answer("mine").size()).substr(frame) == answer("mine"));
    CHECK(s.events() == 3);
}

TEST_CASE("while memory is only a little short everybody is read")
{
    SlowReaders s;
    s.load.pressure.set(Pressure::None);
    Client deaf(s);
    s.leave_unread(deaf, 16 * kMiB);
    s.load.pressure.set(Pressure::NoHandshakes);
    deaf.send(text(kSay));
    s.wait_for_events(2);
    CHECK(s.events() == 2);
}

TEST_CASE("shedding closes the slowest readers, as many as it takes")
{
    SlowReaders s;
    Client slow(s);
    Client slower(s);
    Client slowest(s);
    Client good(s);
    s.leave_unread(slow, 12 * kMiB);
    s.leave_unread(slowest, 40 * kMiB);
    s.leave_unread(slower, 24 * kMiB);
    REQUIRE(s.f.registry.admitted() == 4);

    s.f.shard.run([&] { s.server.shed(1); });
    CHECK(s.f.registry.admitted() == 3);
    CHECK(s.server.open_sockets() == 3);
    CHECK(slowest.is_at_end());
    s.f.shard.run([&] { s.server.shed(1000 * kMiB); });
    CHECK(s.f.registry.admitted() == 1);  // who has nothing unsent stays, however much is wanted
    CHECK(slow.is_at_end());
    CHECK(slower.is_at_end());
    s.f.answers_at_once("first", 200, "mine");
    good.send(text(kSay));
    CHECK(good.receive(answer("mine").size()) == answer("mine"));
}
