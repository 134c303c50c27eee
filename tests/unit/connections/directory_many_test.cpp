// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "connections/directory.hpp"
#include "support/directory_node.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace postern;
using connections::PostResult;
using test::DirectoryNode;

namespace {

PostResult join(DirectoryNode& node, const std::string& id, std::string_view group, std::string_view api = {})
{
    test::Outcome<PostResult> result;
    node.directory.join(api, id, group, [&](PostResult outcome) { result.set(outcome); });
    return result.get();
}

PostResult leave(DirectoryNode& node, const std::string& id, std::string_view group)
{
    test::Outcome<PostResult> result;
    node.directory.leave({}, id, group, [&](PostResult outcome) { result.set(outcome); });
    return result.get();
}

std::pair<PostResult, std::size_t> broadcast(DirectoryNode& node,
                                             std::string_view group,
                                             std::string_view data,
                                             const std::vector<std::string_view>& except = {})
{
    test::Outcome<std::pair<PostResult, std::size_t>> result;
    node.directory.broadcast("api", group, data, except, [&](PostResult outcome, std::size_t count) {
        result.set({outcome, count});
    });
    return result.get();
}

std::vector<PostResult> post_to_many(DirectoryNode& node,
                                     const std::vector<std::string>& ids,
                                     std::string_view data,
                                     std::string_view api = {})
{
    test::Outcome<std::vector<PostResult>> results;
    node.directory.post_to_many(
        api, ids, data, [&](std::vector<PostResult> got) { results.set(std::move(got)); });
    return results.get();
}

using Counted = std::pair<PostResult, std::size_t>;
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a broadcast reaches the group on all shards, and is counted once")
{
    DirectoryNode node(3);
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < 9; ++i) ids.push_back(node.connect(i % 3));
    for (std::size_t i = 0; i < 7; ++i) CHECK(join(node, ids[i], "lobby") == PostResult::Delivered);
    CHECK(broadcast(node, "lobby", "to all") == Counted{PostResult::Delivered, 7});
    CHECK(broadcast(node, "lobby", "but two", {ids[0], ids[4], ids[8]}) == Counted{PostResult::Delivered, 5});
    CHECK(broadcast(node, "empty", "x") == Counted{PostResult::Delivered, 0});
    CHECK(node.sent(ids[0]) == Texts{"to all"});
    CHECK(node.sent(ids[1]) == Texts{"to all", "but two"});
    CHECK(node.sent(ids[6]) == Texts{"to all", "but two"});
    CHECK(node.sent(ids[7]).empty());
}

TEST_CASE("ids that exclude nobody are no hindrance")
{
    DirectoryNode node(2);
    const std::string id = node.connect(0);
    join(node, id, "lobby");
    const std::string elsewhere = node.codec.encode({DirectoryNode::kNode + 1, 0, 0, 17}).str();
    CHECK(broadcast(node, "lobby", "x", {"", "nobody", elsewhere, "gbgA_A9XiQAYKEiI6A=="}) ==
          Counted{PostResult::Delivered, 1});
}

TEST_CASE("groups are joined and left by whoever is there, in the connection's own API")
{
    DirectoryNode node(2);
    const std::string id = node.connect(1);
    CHECK(join(node, id, "a/b") == PostResult::BadGroup);
    CHECK(leave(node, id, "") == PostResult::BadGroup);
    CHECK(broadcast(node, "a/b", "x") == Counted{PostResult::BadGroup, 0});
    CHECK(join(node, "nobody", "lobby") == PostResult::BadConnectionId);
    CHECK(join(node, "gbgA_A9XiQAYKEiI6A==", "lobby") == PostResult::Gone);
    CHECK(join(node, id, "lobby", "rival") == PostResult::Gone);
    CHECK(leave(node, id, "lobby") == PostResult::Delivered);  // was not in it
    CHECK(join(node, id, "lobby", "api") == PostResult::Delivered);
    CHECK(broadcast(node, "lobby", "x") == Counted{PostResult::Delivered, 1});
    CHECK(leave(node, id, "lobby") == PostResult::Delivered);
    CHECK(broadcast(node, "lobby", "x") == Counted{PostResult::Delivered, 0});
    CHECK(join(node, id, "lobby") == PostResult::Delivered);
    node.disconnect(id);
    CHECK(join(node, id, "lobby") == PostResult::Gone);
    CHECK(broadcast(node, "lobby", "x") == Counted{PostResult::Delivered, 0});
}

TEST_CASE("a broadcast is a message: not too large, and UTF-8 whatever was given")
{
    DirectoryNode node(2);
    const std::string id = node.connect(1);
    join(node, id, "lobby");
    const std::string largest(DirectoryNode::kMessageBytesMax, 'x');
    CHECK(broadcast(node, "lobby", largest + "x") == Counted{PostResult::PayloadTooLarge, 0});
    CHECK(broadcast(node, "lobby", largest) == Counted{PostResult::Delivered, 1});
    CHECK(broadcast(node, "lobby", "a\xFFz") == Counted{PostResult::Delivered, 1});
    CHECK(node.sent(id) == Texts{largest, "a\xEF\xBF\xBDz"});
}

TEST_CASE("one post to many tells about each, in order")
{
    DirectoryNode node(3);
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < 6; ++i) ids.push_back(node.connect(i % 3));
    const std::string rival = node.connect(0, "rival");
    node.disconnect(ids[2]);
    std::vector<std::string> asked = ids;
    asked.insert(asked.end(), {"nobody", "gbgA_A9XiQAYKEiI6A==", rival, ids[0]});
    using enum PostResult;
    CHECK(post_to_many(node, asked, "hello", "api") == std::vector<PostResult>{Delivered,
                                                                               Delivered,
                                                                               Gone,
                                                                               Delivered,
                                                                               Delivered,
                                                                               Delivered,
                                                                               BadConnectionId,
                                                                               Gone,
                                                                               Gone,
                                                                               Delivered});
    CHECK(node.sent(ids[0]) == Texts{"hello", "hello"});
    CHECK(node.sent(ids[5]) == Texts{"hello"});
    CHECK(node.sent(rival).empty());
    CHECK(post_to_many(node, {}, "hello").empty());
    CHECK(post_to_many(node, {ids[0]}, std::string(65, 'x')) == std::vector<PostResult>{PayloadTooLarge});
}

TEST_CASE("broadcasts of several threads arrive everywhere in each thread's order, and each is told once")
{
    DirectoryNode node(2);
    constexpr int kEach = 200;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < 4; ++i) {
        ids.push_back(node.connect(i % 2));
        join(node, ids.back(), "lobby");
    }
    std::atomic<int> told{0};
    std::atomic<std::size_t> counted{0};
    test::Signal all;
    std::vector<std::thread> threads;
    for (const char* name : {"a", "b", "c"}) {
        threads.emplace_back([&, name] {
            for (int i = 0; i < kEach; ++i) {
                node.directory.broadcast(
                    "api", "lobby", name + std::to_string(i), {}, [&](PostResult, std::size_t count) {
                        counted += count;
                        if (++told == 3 * kEach) all.raise();
                    });
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    all.wait();
    CHECK(counted == 3 * kEach * 4);
    for (const std::string& id : ids) {
        int next[3] = {};
        const Texts sent = node.sent(id);
        CHECK(sent.size() == 3 * kEach);
        for (const std::string& text : sent) {
            if (text.substr(1) != std::to_string(next[text[0] - 'a']++)) FAIL(text);
        }
    }
}

TEST_CASE("on a node of one shard a broadcast from a handler is done before the call returns")
{
    DirectoryNode node(1);
    const std::string id = node.connect(0);
    join(node, id, "lobby");
    const bool was_done = node.on(0, [&](connections::Registry&) {
        bool done = false;
        node.directory.broadcast("api", "lobby", "x", {}, [&](PostResult, std::size_t) { done = true; });
        return done;
    });
    CHECK(was_done);
}

TEST_CASE("close tells the client the caller's code and reason")
{
    DirectoryNode node(1);
    const std::string id = node.connect(0);
    test::Outcome<PostResult> result;
    node.directory.close({}, id, 4401, "why", [&](PostResult outcome) { result.set(outcome); });
    CHECK(result.get() == PostResult::Delivered);
    CHECK(node.closed(id) == std::pair<std::uint16_t, std::string>{4401, "why"});
}
