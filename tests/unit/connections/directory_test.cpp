// SPDX-License-Identifier: Apache-2.0
#include "connections/directory.hpp"

#include "catch.hpp"
#include "support/fake_connection.hpp"
#include "support/outcome.hpp"

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <thread>
#include <vector>

using namespace postern;
using connections::PostResult;

namespace {

constexpr std::uint16_t kNode = 9;
constexpr std::size_t kMessageBytesMax = 64;

/// Two running shards with one connection each.
class Node {
public:
    Node()
    {
        for (std::uint8_t i = 0; i < 2; ++i) {
            homes_[i] = std::make_unique<Home>(i, clock_);
            Home& home = *homes_[i];
            directory.add(home.shard, home.registry);
            const auto address = home.registry.reserve();
            home.connection = std::make_unique<test::FakeConnection>(*address, codec.encode(*address));
            home.registry.admit(*address, *home.connection);
            ids[i] = home.connection->info().id.str();
        }
        for (auto& home : homes_) home->shard.start();
    }

    net::Shard& shard(std::size_t i) { return homes_[i]->shard; }

    /// Runs `work` on a shard and waits for it.
    template <class Work>
    auto on(std::size_t i, Work work)
    {
        test::Outcome<decltype(work(*homes_[i]->connection))> done;
        shard(i).post([&] { done.set(work(*homes_[i]->connection)); });
        return done.get();
    }

    std::vector<std::string> sent(std::size_t i)
    {
        return on(i, [](test::FakeConnection& connection) { return connection.sent; });
    }

    PostResult post(std::string_view id, std::string_view data, std::string_view api_id = {})
    {
        test::Outcome<PostResult> result;
        directory.post(api_id, id, data, [&](PostResult outcome) { result.set(outcome); });
        return result.get();
    }

    void dismiss(std::size_t i)
    {
        on(i, [&](test::FakeConnection& connection) {
            homes_[i]->registry.dismiss(connection.info().address);
            return true;
        });
    }

    api::ConnectionIdCodec codec{api::ConnectionIdCodec::Key{1, 2, 3}};
    connections::Directory directory{codec, kNode, kMessageBytesMax};
    std::array<std::string, 2> ids;

private:
    struct Home {
        Home(std::uint8_t index, const Clock& clock) : registry(kNode, index, 17), shard(index, clock) {}
        connections::Registry registry;
        std::unique_ptr<test::FakeConnection> connection;
        net::Shard shard;  // ends first
    };
    SystemClock clock_;
    std::array<std::unique_ptr<Home>, 2> homes_;
};

}  // namespace

TEST_CASE("a message reaches its connection on whichever shard it lives")
{
    Node node;
    CHECK(node.post(node.ids[0], "to the first") == PostResult::Delivered);
    CHECK(node.post(node.ids[1], "to the second") == PostResult::Delivered);
    CHECK(node.sent(0) == std::vector<std::string>{"to the first"});
    CHECK(node.sent(1) == std::vector<std::string>{"to the second"});
}

TEST_CASE("on the connection's own shard the work is done before the call returns")
{
    Node node;
    const bool was_done = node.on(0, [&](test::FakeConnection& connection) {
        bool done = false;
        node.directory.post(
            {}, node.ids[0], "here", [&](PostResult result) { done = result == PostResult::Delivered; });
        return done && connection.sent.size() == 1;
    });
    CHECK(was_done);

    test::Outcome<net::Shard*> told_on;
    node.shard(0).post([&] {
        node.directory.post(
            {}, node.ids[1], "there", [&](PostResult) { told_on.set(net::Shard::current()); });
    });
    CHECK(told_on.get() == &node.shard(1));
}

TEST_CASE("text that is not UTF-8 becomes UTF-8")
{
    Node node;
    CHECK(node.post(node.ids[0], "a\xFF\xE2\x82z") == PostResult::Delivered);
    CHECK(node.sent(0) == std::vector<std::string>{"a\xEF\xBF\xBD\xEF\xBF\xBDz"});
}

TEST_CASE("a message passes at the limit and not above it")
{
    Node node;
    CHECK(node.post(node.ids[0], std::string(kMessageBytesMax, 'x')) == PostResult::Delivered);
    CHECK(node.post(node.ids[0], std::string(kMessageBytesMax + 1, 'x')) == PostResult::PayloadTooLarge);
}

TEST_CASE("ids that are none, of others or of former connections are told apart")
{
    Node node;
    CHECK(node.post("", "x") == PostResult::BadConnectionId);
    CHECK(node.post("not an id", "x") == PostResult::BadConnectionId);
    CHECK(node.post(node.ids[0] + "x", "x") == PostResult::BadConnectionId);
    CHECK(node.post("gbgA_A9XiQAYKEiI6A==", "x") == PostResult::Gone);
    CHECK(node.post(node.codec.encode({kNode + 1, 0, 0, 17}), "x") == PostResult::Gone);
    CHECK(node.post(node.codec.encode({kNode, 2, 0, 17}), "x") == PostResult::Gone);
    CHECK(node.post(node.codec.encode({kNode, 0, 1, 17}), "x") == PostResult::Gone);
    CHECK(node.post(node.codec.encode({kNode, 0, 0, 16}), "x") == PostResult::Gone);
    const api::ConnectionIdCodec other(api::ConnectionIdCodec::Key{9});
    CHECK(node.post(other.encode({kNode, 0, 0, 17}), "x") == PostResult::Gone);
    node.dismiss(0);
    CHECK(node.post(node.ids[0], "x") == PostResult::Gone);
    CHECK(node.sent(0).empty());
}

TEST_CASE("whoever names an API reaches that API's connections only")
{
    Node node;
    CHECK(node.post(node.ids[0], "x", "api") == PostResult::Delivered);
    CHECK(node.post(node.ids[0], "x", "other") == PostResult::Gone);
    CHECK(node.post("not an id", "x", "other") == PostResult::BadConnectionId);
    CHECK(node.sent(0).size() == 1);
    CHECK(node.directory.is_well_formed(node.ids[0]));
    CHECK(node.directory.is_well_formed("gbgA_A9XiQAYKEiI6A=="));
    CHECK_FALSE(node.directory.is_well_formed("not an id"));
}

TEST_CASE("a full outbox is told to whoever posts")
{
    Node node;
    node.on(1, [](test::FakeConnection& connection) { return connection.is_full = true; });
    CHECK(node.post(node.ids[1], "x") == PostResult::LimitExceeded);
}

TEST_CASE("get tells who is connected, also from the connection's own shard")
{
    Node node;
    const auto get = [&](auto run) {
        test::Outcome<connections::ConnectionStatus> told;
        run([&] {
            node.directory.get(
                {}, node.ids[1], [&](PostResult result, const connections::ConnectionStatus& status) {
                    CHECK(result == PostResult::Delivered);
                    told.set(status);
                });
        });
        return told.get();
    };
    const auto check = [](const connections::ConnectionStatus& status) {
        CHECK(status.source_ip == "203.0.113.250");
        CHECK(status.user_agent == std::optional<std::string>("probe"));
        CHECK(status.connected_at == 1'790'294'473'687);
        CHECK(status.last_active_at == 1'790'294'473'692);
    };
    check(get([](const auto& ask) { ask(); }));
    check(get([&](const auto& ask) { node.shard(1).post(ask); }));

    node.dismiss(1);
    test::Outcome<PostResult> result;
    node.directory.get({}, node.ids[1], [&](PostResult outcome, const auto&) { result.set(outcome); });
    CHECK(result.get() == PostResult::Gone);
}

TEST_CASE("remove closes with AWS's code and reason")
{
    Node node;
    test::Outcome<PostResult> result;
    node.directory.remove({}, node.ids[0], [&](PostResult outcome) { result.set(outcome); });
    CHECK(result.get() == PostResult::Delivered);
    const auto closed = node.on(0, [](test::FakeConnection& connection) { return connection.closed; });
    CHECK(closed == std::pair<std::uint16_t, std::string>{1000, "Connection Closed Normally"});
}

TEST_CASE("posts of one thread arrive in order, whatever others post")
{
    Node node;
    constexpr int kEach = 300;
    std::atomic<int> delivered{0};
    test::Signal all;
    std::vector<std::thread> clients;
    for (const char* name : {"a", "b", "c"}) {
        clients.emplace_back([&, name] {
            for (int i = 0; i < kEach; ++i) {
                const std::string data = name + std::to_string(i);
                for (const std::string& id : node.ids) {
                    node.directory.post({}, id, data, [&](PostResult) {
                        if (++delivered == 3 * 2 * kEach) all.raise();
                    });
                }
            }
        });
    }
    for (std::thread& client : clients) client.join();
    all.wait();
    for (std::size_t shard = 0; shard < 2; ++shard) {
        std::map<char, int> next;
        for (const std::string& data : node.sent(shard)) {
            if (data.substr(1) != std::to_string(next[data.front()]++)) FAIL(data);
        }
        CHECK(next == std::map<char, int>{{'a', kEach}, {'b', kEach}, {'c', kEach}});
    }
}
