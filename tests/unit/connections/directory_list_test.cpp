// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "connections/directory.hpp"
#include "support/directory_node.hpp"

#include <set>
#include <string>
#include <vector>

using namespace postern;
using connections::ConnectionEntry;
using connections::ConnectionPage;
using test::DirectoryNode;

namespace {

Result<ConnectionPage> list(DirectoryNode& node,
                            std::string_view api_id,
                            std::string_view stage,
                            std::string_view after,
                            std::size_t limit)
{
    test::Outcome<Result<ConnectionPage>> page;
    node.directory.list(
        api_id, stage, after, limit, [&](Result<ConnectionPage> got) { page.set(std::move(got)); });
    return page.get();
}

/// The ids of all pages of at most `limit`, in order.
std::vector<std::string> list_all(DirectoryNode& node,
                                  std::size_t limit,
                                  std::string_view api_id = {},
                                  std::string_view stage = {})
{
    std::vector<std::string> ids;
    std::string next;
    do {
        const auto page = list(node, api_id, stage, next, limit);
        REQUIRE(page.has_value());
        REQUIRE(page->entries.size() <= limit);
        // Only the first page may be empty: a token promises that there is more.
        if (!next.empty()) REQUIRE_FALSE(page->entries.empty());
        for (const ConnectionEntry& entry : page->entries) ids.push_back(entry.connection_id);
        next = page->next;
    } while (!next.empty());
    return ids;
}

}  // namespace

TEST_CASE("a list has every connection of every shard once, whatever the size of a page")
{
    DirectoryNode node(3);
    std::set<std::string> connected;
    for (std::size_t i = 0; i < 10; ++i) connected.insert(node.connect(i % 2 == 0 ? 0 : 2));
    const std::size_t limit = GENERATE(1, 2, 3, 5, 10, 11);
    const auto listed = list_all(node, limit);
    CHECK(listed.size() == 10);
    CHECK(std::set<std::string>(listed.begin(), listed.end()) == connected);
}

TEST_CASE("an entry tells what is known of the connection")
{
    DirectoryNode node(1);
    const std::string id = node.connect(0, "chat", "prod");
    const auto page = list(node, "", "", "", 10);
    REQUIRE(page.has_value());
    REQUIRE(page->entries.size() == 1);
    const ConnectionEntry& entry = page->entries.front();
    CHECK(entry.connection_id == id);
    CHECK(entry.api_id == "chat");
    CHECK(entry.stage == "prod");
    CHECK(entry.source_ip == "203.0.113.250");
    CHECK(entry.user_agent == std::optional<std::string>("probe"));
    CHECK(entry.connected_at == 1'790'294'473'687);
    CHECK(entry.last_active_at == 1'790'294'473'692);
    CHECK(page->next.empty());
}

TEST_CASE("a list is of one API and one stage when they are named")
{
    DirectoryNode node(2);
    const std::string dev = node.connect(0, "chat", "dev");
    const std::string prod = node.connect(1, "chat", "prod");
    const std::string other = node.connect(1, "shop", "prod");
    CHECK(list_all(node, 1, "chat") == std::vector<std::string>{dev, prod});
    CHECK(list_all(node, 1, "chat", "prod") == std::vector<std::string>{prod});
    CHECK(list_all(node, 1, "", "prod") == std::vector<std::string>{prod, other});
    CHECK(list_all(node, 1, "none").empty());
}

TEST_CASE("nobody is listed twice or left out because somebody else comes or goes between two pages")
{
    DirectoryNode node(1);
    std::vector<std::string> ids;
    for (int i = 0; i < 6; ++i) ids.push_back(node.connect(0));
    const auto first = list(node, "", "", "", 3);
    REQUIRE(first.has_value());
    CHECK(first->entries.size() == 3);
    node.disconnect(ids[0]);
    node.disconnect(ids[3]);                       // where the next page was to begin
    const std::string newcomer = node.connect(0);  // into the slot of one of them
    const auto second = list(node, "", "", first->next, 100);
    REQUIRE(second.has_value());
    std::set<std::string> listed;
    for (const ConnectionEntry& entry : second->entries) listed.insert(entry.connection_id);
    listed.erase(newcomer);  // may be there or not
    CHECK(listed == std::set<std::string>{ids[4], ids[5]});
}

TEST_CASE("more slots than one turn looks at are looked at in several")
{
    DirectoryNode node(1);
    const std::size_t count = 10'000;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < count; ++i) ids.push_back(node.connect(0));
    for (std::size_t i = 0; i + 2 < count; ++i) node.disconnect(ids[i]);
    const std::vector<std::string> last(ids.end() - 2, ids.end());
    CHECK(list_all(node, 100) == last);
}

TEST_CASE("what is no token of a list is refused")
{
    DirectoryNode node(2);
    node.connect(0);
    const api::ConnectionIdCodec other(api::ConnectionIdCodec::Key{9});
    const std::string bad[] = {"x",
                               std::string(20, 'A'),
                               "gbgA_A9XiQAYKEiI6A==",
                               other.encode({DirectoryNode::kNode, 0, 0, 0}).str(),
                               node.codec.encode({DirectoryNode::kNode + 1, 0, 0, 0}).str(),
                               node.codec.encode({DirectoryNode::kNode, 2, 0, 0}).str()};
    for (const std::string& token : bad) {
        const auto page = list(node, "", "", token, 10);
        CAPTURE(token);
        REQUIRE(page.has_error());
        CHECK(page.error().kind == ErrorKind::BadInput);
    }
}

TEST_CASE("a token for a place that no longer exists is the end of the shard, and the list goes on")
{
    DirectoryNode node(2);
    node.connect(0);
    const std::string second = node.connect(1);
    const std::string far = node.codec.encode({DirectoryNode::kNode, 0, api::kSlotMax, 0}).str();
    const auto page = list(node, "", "", far, 10);
    REQUIRE(page.has_value());
    REQUIRE(page->entries.size() == 1);
    CHECK(page->entries.front().connection_id == second);
}
