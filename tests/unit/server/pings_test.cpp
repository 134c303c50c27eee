// SPDX-License-Identifier: Apache-2.0
// The server's own pings: whoever does not answer is gone, whoever does stays.
#include "unit/server/support.hpp"

using namespace postern;
using test::Client;
using test::Server;

namespace {

const std::string kPing{'\x89', '\0'};
const std::string kPong{'\x8A', '\x80', 0, 0, 0, 0};  // a client's, masked with zeros

constexpr SteadyMillis kInterval = 1000;
constexpr SteadyMillis kRounding = 250;  // a deadline is met a tick late at most

struct Pinging : Server {
    Pinging() { f.limits.ping_interval = std::chrono::milliseconds(kInterval); }

    void pass(SteadyMillis time)
    {
        f.clock.pass(time);
        f.shard.run([this] { f.shard.seconds().advance(f.shard.now()); });
    }

    void settle()
    {
        for (int i = 0; i < 10; ++i) turn();
    }
};

}  // namespace

TEST_CASE("who answers the server's pings stays, and who does not is lost after one more interval")
{
    Pinging s;
    Client silent(s);
    Client polite(s);
    s.pass(kInterval - 1);
    CHECK_FALSE(silent.has_bytes());
    s.pass(1 + kRounding);
    CHECK(silent.receive(kPing.size()) == kPing);
    CHECK(polite.receive(kPing.size()) == kPing);
    s.pass(kInterval / 2);
    polite.send(kPong);
    s.settle();

    s.pass(kInterval / 2 + kRounding);
    REQUIRE(s.f.registry.admitted() == 1);
    CHECK(silent.is_at_end());
    CHECK_FALSE(polite.has_bytes());  // its silence began with the answer
    s.pass(kInterval / 2);
    CHECK(polite.receive(kPing.size()) == kPing);
    s.pass(kInterval + kRounding);
    CHECK(s.f.registry.admitted() == 0);
    CHECK(polite.is_at_end());
}

TEST_CASE("who is heard of in time is not pinged")
{
    Pinging s;
    Client client(s);
    for (int i = 0; i < 5; ++i) {
        s.pass(kInterval - kRounding);
        client.send(kPong);  // anything does
        s.settle();
        CHECK_FALSE(client.has_bytes());
    }
    REQUIRE(s.f.registry.admitted() == 1);
}

TEST_CASE("who is not read, since he has much to read, is not taken for silent")
{
    constexpr std::size_t kMiB = 1024 * 1024;
    constexpr std::size_t kMuch = 16 * kMiB;  // more than the kernel keeps
    Pinging s;
    s.f.limits.outbox_bytes_max = kMuch + kMiB;
    Client slow(s);
    s.pass(kInterval + kRounding);
    CHECK(slow.receive(kPing.size()) == kPing);
    s.f.shard.run([&] {
        s.f.registry.for_each(
            [](connections::Connection& connection) { connection.send(std::string(kMuch, 'x'), false); });
    });
    slow.send(kPong);
    s.settle();
    for (int i = 0; i < 3; ++i) s.pass(kInterval + kRounding);
    REQUIRE(s.f.registry.admitted() == 1);

    const std::string message = test::answer(std::string(kMuch, 'x'));
    CHECK(slow.receive(message.size()) == message);
    s.pass(kInterval + kRounding);
    CHECK(slow.receive(kPing.size()) == kPing);
    s.pass(kInterval + kRounding);
    CHECK(s.f.registry.admitted() == 0);
}
