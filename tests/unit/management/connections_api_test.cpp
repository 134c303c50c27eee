// SPDX-License-Identifier: Apache-2.0
#include "management/connections_api.hpp"

#include "catch.hpp"
#include "support/fake_connection.hpp"
#include "support/outcome.hpp"
#include "unit/management/support.hpp"

#include <memory>

using namespace postern;

namespace {

constexpr std::size_t kMessageBytesMax = 64;

/// A running shard with one connection, and the API in front of it.
class Node {
public:
    explicit Node(bool admits_anybody = true)
        : callers_(std::make_shared<const management::Callers>(
              management::CallerOptions{{}, admits_anybody, "us-east-1", "123456789012"})),
          shard_(0, clock_)
    {
        directory_.add(shard_, registry_);
        address_ = *registry_.reserve();
        id = codec_.encode(address_).str();
        connection_ = std::make_unique<test::FakeConnection>(address_, codec_.encode(address_));
        registry_.admit(address_, *connection_);
        shard_.start();
    }
    ~Node()
    {
        shard_.stop();
        shard_.join();
    }

    /// The reply to a call that is made on another thread than the connection's.
    api::HttpReply ask(test::Call call)
    {
        SystemRandom random;
        test::Outcome<api::HttpReply> outcome;
        api_.handle(call.view(), random, [&](const api::HttpReply& reply) { outcome.set(reply); });
        call = {};  // nothing of it is looked at later
        return outcome.get();
    }

    api::HttpReply ask(const std::string& method, const std::string& connection_id, const std::string& body)
    {
        test::Call call;
        call.method = method;
        call.connection_id = connection_id;
        call.body = body;
        return ask(call);
    }

    /// Runs `work` where the connection lives.
    template <class Work>
    auto on_shard(Work work)
    {
        test::Outcome<decltype(work(*connection_))> done;
        shard_.post([&] { done.set(work(*connection_)); });
        return done.get();
    }

    void dismiss()
    {
        on_shard([this](test::FakeConnection&) {
            registry_.dismiss(address_);
            return true;
        });
    }

    std::string id;

private:
    test::ManualClock clock_;
    api::ConnectionIdCodec codec_{api::ConnectionIdCodec::Key{4, 5, 6}};
    connections::Directory directory_{codec_, 0, kMessageBytesMax};
    connections::Registry registry_{0, 0, 1};
    api::ConnectionAddress address_;
    std::unique_ptr<test::FakeConnection> connection_;
    std::shared_ptr<const management::Callers> callers_;
    management::ConnectionsApi api_{directory_, callers_, clock_};
    net::Shard shard_;  // ends first
};

std::vector<std::string> sent(Node& node)
{
    return node.on_shard([](test::FakeConnection& connection) { return connection.sent; });
}

}  // namespace

TEST_CASE("POST delivers one message and answers 200")
{
    Node node;
    CHECK(node.ask("POST", node.id, "hello").status == 200);
    CHECK(node.ask("POST", node.id, "").status == 200);
    CHECK(sent(node) == std::vector<std::string>{"hello", ""});
}

TEST_CASE("GET tells of the connection")
{
    Node node;
    const api::HttpReply reply = node.ask("GET", node.id, "");
    CHECK(reply.status == 200);
    CHECK(
        reply.body ==
        "{\n  \"identity\" : {\n    \"sourceIp\" : \"203.0.113.250\",\n    \"userAgent\" : \"probe\"\n  },\n"
        "  \"connectedAt\" : \"2026-09-25T00:01:13.687Z\",\n  \"lastActiveAt\" : "
        "\"2026-09-25T00:01:13.692Z\"\n}");
}

TEST_CASE("DELETE closes with AWS's code and reason and answers 204")
{
    Node node;
    CHECK(node.ask("DELETE", node.id, "").status == 204);
    CHECK(node.on_shard([](test::FakeConnection& connection) { return connection.closed; }) ==
          std::pair<std::uint16_t, std::string>(1000, "Connection Closed Normally"));
}

TEST_CASE("A connection that has gone, or was never there, is 410 for every method")
{
    Node node;
    node.dismiss();
    for (const char* method : {"POST", "GET", "DELETE"}) {
        CHECK(node.ask(method, node.id, "x").status == 410);
        CHECK(node.ask(method, std::string(test::kOwnId), "x").status == 410);
        CHECK(test::header(node.ask(method, node.id, "x"), "x-amzn-ErrorType") == "GoneException");
    }
}

TEST_CASE("A full outbox is 429, and a body over the limit 413")
{
    Node node;
    CHECK(node.ask("POST", node.id, std::string(kMessageBytesMax, 'x')).status == 200);
    CHECK(node.ask("POST", node.id, std::string(kMessageBytesMax + 1, 'x')).status == 413);
    node.on_shard([](test::FakeConnection& connection) { return connection.is_full = true; });
    const api::HttpReply reply = node.ask("POST", node.id, "x");
    CHECK(reply.status == 429);
    CHECK(test::header(reply, "x-amzn-ErrorType") == "LimitExceededException");
}

TEST_CASE("An id's shape is looked at before the caller, and the caller before the connection")
{
    Node node(false);
    test::Call call;
    call.source_ip = "203.0.113.7";
    CHECK(node.ask(call).status == 403);  // nobody has that id
    call.connection_id = node.id;
    CHECK(node.ask(call).status == 403);
    CHECK(sent(node).empty());
    call.connection_id = "nonsense";
    const api::HttpReply reply = node.ask(call);
    CHECK(reply.status == 400);
    CHECK(reply.body == R"({"message":"Invalid connectionId: nonsense"})");
}

TEST_CASE("Other methods are 403")
{
    Node node;
    for (const char* method : {"PUT", "PATCH", "HEAD", "post", ""}) {
        CHECK(node.ask(method, node.id, "x").status == 403);
    }
    CHECK(sent(node).empty());
}

TEST_CASE("Every answer has ids of its own")
{
    Node node;
    const api::HttpReply one = node.ask("POST", node.id, "x");
    const api::HttpReply two = node.ask("POST", node.id, "x");
    for (const char* name : {"x-amzn-RequestId", "x-amz-apigw-id", "X-Amzn-Trace-Id"}) {
        CHECK(!test::header(one, name).empty());
        CHECK(test::header(one, name) != test::header(two, name));
    }
}
