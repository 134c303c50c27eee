// SPDX-License-Identifier: Apache-2.0
#include "connections/groups.hpp"

#include "catch.hpp"
#include "connections/registry.hpp"
#include "connections/shared_message.hpp"
#include "support/fake_connection.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace postern;
using connections::Groups;
using connections::PostResult;
using connections::Registry;
using connections::SharedMessage;
using test::FakeConnection;

namespace {

/// A member that does something when it is sent to.
class ActiveConnection final : public connections::Connection {
public:
    ActiveConnection() { info_.api_id = "api"; }
    EpochMillis last_active_at() const override { return 0; }
    PostResult send(std::string_view, bool) override
    {
        if (on_send) on_send();
        return PostResult::Delivered;
    }
    PostResult send_shared(const SharedMessage& message) override { return send(message.text(), false); }
    void close(std::uint16_t, std::string_view) override {}
    void hold() override {}
    void release() override {}

    std::function<void()> on_send;
};

}  // namespace

TEST_CASE("a group's name is printable ASCII without a slash, and not too long")
{
    CHECK(connections::is_group_name("a"));
    CHECK(connections::is_group_name(" tea & cake ~"));
    CHECK(connections::is_group_name(std::string(128, 'x')));
    CHECK_FALSE(connections::is_group_name(""));
    CHECK_FALSE(connections::is_group_name(std::string(129, 'x')));
    CHECK_FALSE(connections::is_group_name("a/b"));
    CHECK_FALSE(connections::is_group_name("a\n"));
    CHECK_FALSE(connections::is_group_name("a\x7F"));
    CHECK_FALSE(connections::is_group_name("\xC3\xA9"));
    CHECK_FALSE(connections::is_group_name(std::string_view("a\0b", 3)));
}

TEST_CASE("a message goes to the members of the group, once to each")
{
    Groups groups;
    FakeConnection a;
    FakeConnection b;
    FakeConnection c;
    CHECK(groups.join(a, "lobby") == PostResult::Delivered);
    CHECK(groups.join(b, "lobby") == PostResult::Delivered);
    CHECK(groups.join(a, "lobby") == PostResult::Delivered);
    CHECK(groups.join(c, "other") == PostResult::Delivered);
    CHECK(groups.broadcast("api", "lobby", SharedMessage("hello"), {}) == 2);
    CHECK(a.sent == std::vector<std::string>{"hello"});
    CHECK(b.sent == std::vector<std::string>{"hello"});
    CHECK(c.sent.empty());
    CHECK(groups.broadcast("api", "nobody", SharedMessage("hello"), {}) == 0);
    CHECK(groups.broadcast("rival", "lobby", SharedMessage("hello"), {}) == 0);
}

TEST_CASE("connections of two APIs never meet in a group")
{
    Groups groups;
    FakeConnection ours;
    FakeConnection theirs;
    theirs.live_in("rival", "dev");
    groups.join(ours, "lobby");
    groups.join(theirs, "lobby");
    CHECK(groups.broadcast("rival", "lobby", SharedMessage("x"), {}) == 1);
    CHECK(ours.sent.empty());
}

TEST_CASE("who is excluded or whose outbox is full gets nothing and is not counted")
{
    Groups groups;
    FakeConnection connections[4];
    for (FakeConnection& connection : connections) groups.join(connection, "lobby");
    connections[2].is_full = true;
    std::vector<connections::Connection*> except{&connections[0], &connections[3]};
    std::sort(except.begin(), except.end());
    CHECK(groups.broadcast("api", "lobby", SharedMessage("x"), except) == 1);
    CHECK(connections[1].sent.size() == 1);
    CHECK(connections[0].sent.empty());
    CHECK(connections[2].sent.empty());
}

TEST_CASE("a connection is in so many groups at most, and may join others when it has left one")
{
    Groups groups;
    groups.set_limit(2);
    FakeConnection a;
    CHECK(groups.join(a, "1") == PostResult::Delivered);
    CHECK(groups.join(a, "2") == PostResult::Delivered);
    CHECK(groups.join(a, "3") == PostResult::LimitExceeded);
    CHECK(groups.join(a, "1") == PostResult::Delivered);
    CHECK(groups.count() == 2);
    groups.leave(a, "1");
    CHECK(groups.join(a, "3") == PostResult::Delivered);
    CHECK(groups.broadcast("api", "1", SharedMessage("x"), {}) == 0);
    CHECK(groups.broadcast("api", "3", SharedMessage("x"), {}) == 1);
}

TEST_CASE("a group ends with its last member, and leaving what one is not in has no effect")
{
    Groups groups;
    FakeConnection a;
    FakeConnection b;
    groups.leave(a, "lobby");
    groups.leave_all(a);
    groups.join(a, "lobby");
    groups.join(b, "lobby");
    groups.leave(a, "other");
    groups.leave(a, "lobby");
    groups.leave(a, "lobby");
    CHECK(groups.count() == 1);
    groups.leave_all(b);
    CHECK(groups.count() == 0);
}

TEST_CASE("whatever is joined and left in whatever order, members are who they should be")
{
    std::mt19937 random(GENERATE(1U, 2U, 3U));
    Groups groups;
    std::vector<FakeConnection> all(20);
    std::set<std::pair<std::size_t, std::string>> expected;
    for (int step = 0; step < 3000; ++step) {
        const std::size_t who = random() % all.size();
        const std::string name(1, static_cast<char>('a' + random() % 6));
        switch (random() % 8) {
            case 0:
                groups.leave_all(all[who]);
                std::erase_if(expected, [&](const auto& one) { return one.first == who; });
                break;
            case 1:
            case 2:
                groups.leave(all[who], name);
                expected.erase({who, name});
                break;
            default:
                groups.join(all[who], name);
                expected.emplace(who, name);
        }
        if (step % 10 != 0) continue;
        for (char c = 'a'; c < 'g'; ++c) {
            const auto count = std::count_if(expected.begin(), expected.end(), [&](const auto& one) {
                return one.second == std::string(1, c);
            });
            REQUIRE(groups.broadcast("api", std::string(1, c), SharedMessage("x"), {}) ==
                    static_cast<std::size_t>(count));
        }
    }
    for (FakeConnection& connection : all) groups.leave_all(connection);
    CHECK(groups.count() == 0);
}

TEST_CASE("members may leave and join while a message goes round")
{
    Groups groups;
    std::vector<std::unique_ptr<ActiveConnection>> all;
    int sent = 0;
    ActiveConnection newcomer;
    newcomer.on_send = [&] { FAIL("was not there when the message was sent"); };
    for (int i = 0; i < 5; ++i) {
        all.push_back(std::make_unique<ActiveConnection>());
        groups.join(*all.back(), "lobby");
        all.back()->on_send = [&, i] {
            ++sent;
            groups.leave_all(*all[static_cast<std::size_t>(i)]);
            groups.join(newcomer, "lobby");
        };
    }
    CHECK(groups.broadcast("api", "lobby", SharedMessage("x"), {}) == 5);
    CHECK(sent == 5);
    groups.leave_all(newcomer);
    CHECK(groups.count() == 0);
}

TEST_CASE("who is dismissed or released is in no group any more, admitted or not")
{
    Registry registry(0, 0, 0);
    const auto admitted = *registry.reserve();
    const auto expected = *registry.reserve();
    FakeConnection a(admitted);
    FakeConnection b(expected);
    registry.expect(admitted, a);
    registry.admit(admitted, a);
    registry.expect(expected, b);
    registry.groups().join(a, "lobby");
    registry.groups().join(b, "lobby");
    registry.dismiss(admitted);
    CHECK(registry.groups().broadcast("api", "lobby", SharedMessage("x"), {}) == 1);
    registry.release(expected);
    CHECK(registry.groups().count() == 0);
}

TEST_CASE("one whose $connect is being asked is found only by who asks for such")
{
    Registry registry(0, 0, 0);
    const auto address = *registry.reserve();
    FakeConnection connection(address);
    CHECK(registry.find_expected(address) == nullptr);
    registry.expect(address, connection);
    CHECK(registry.find_expected(address) == &connection);
    CHECK(registry.find(address) == nullptr);
    CHECK(registry.at(address.slot) == nullptr);
    CHECK(registry.admitted() == 0);
    registry.for_each([](connections::Connection&) { FAIL("nobody is admitted"); });
    registry.admit(address, connection);
    CHECK(registry.find(address) == &connection);
    CHECK(registry.at(address.slot) == &connection);
    registry.dismiss(address);
    CHECK(registry.find_expected(address) == nullptr);
    registry.release(address);
    CHECK(registry.reserve()->slot == address.slot);
}
