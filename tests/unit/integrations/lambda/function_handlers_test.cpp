// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/function_handlers.hpp"

#include "catch.hpp"
#include "integrations/event_scope.hpp"
#include "support/directory_node.hpp"
#include "support/manual_clock.hpp"

#include <optional>
#include <string>
#include <vector>

using namespace postern;
using namespace postern::integrations;
using namespace postern::integrations::lambda;

namespace {

/// What came home for a call.
struct Home final : CallHome {
    void on_reply(std::uint64_t call, const InvokeReply& reply) override
    {
        told.push_back(std::to_string(call) + ": " + std::to_string(reply.status_code) + " " +
                       std::string(reply.body));
        headers = reply.headers;
        note = reply.note;
    }
    void on_failure(std::uint64_t call, const InvokeFailure& failure) override
    {
        told.push_back(std::to_string(call) + ": " + std::to_string(api::status_of(failure.refusal)) + " " +
                       std::string(failure.why));
        note = failure.note;
    }
    std::vector<std::string> told;
    api::Headers headers;
    InvocationNote note;
};

struct Fixture {
    Fixture() { host.add(node.shard(0), home); }

    /// What has come home until now, on the shard's own thread.
    std::vector<std::string> told()
    {
        return node.on(0, [&](connections::Registry&) { return std::exchange(home.told, {}); });
    }

    /// What the answer of a function is for its client.
    std::string answer_to(const InvocationResult& result)
    {
        answer(host, {0, 7}, "wsEcho", result);
        const std::vector<std::string> all = told();
        REQUIRE(all.size() == 1);
        return all.front();
    }

    test::DirectoryNode node{1};
    PluginHost host{node.directory};
    Home home;
};

}  // namespace

TEST_CASE("a function's proxy response is the answer")  // spec data-plane 4
{
    Fixture f;
    CHECK(f.answer_to(InvocationResult::returned(R"({"statusCode":200,"body":"hello"})")) == "7: 200 hello");
    CHECK(f.answer_to(InvocationResult::returned(R"({"statusCode":"503"})")) == "7: 503 ");
    CHECK(f.answer_to(InvocationResult::returned(
              R"({"statusCode":200,"body":"aGk=","isBase64Encoded":true})")) == "7: 200 hi");
    CHECK(f.answer_to(InvocationResult::returned(
              R"({"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"a"}})")) == "7: 200 ");
    CHECK(f.home.headers == api::Headers{{"Sec-WebSocket-Protocol", "a"}});
}

TEST_CASE("what is no proxy response is a failed integration that names the function")
{
    Fixture f;
    CHECK(
        f.answer_to(InvocationResult::returned("null")) ==
        "7: 502 function \"wsEcho\": malformed proxy response: not an object such as {\"statusCode\": 200}");
    CHECK(f.answer_to(InvocationResult::returned("{"))
              .starts_with("7: 502 function \"wsEcho\": malformed proxy response: "));
    CHECK(f.answer_to(InvocationResult::returned(R"({"statusCode":200,"extra":1})")) ==
          "7: 502 function \"wsEcho\": malformed proxy response: unknown key extra; AWS knows statusCode, "
          "headers, "
          "multiValueHeaders, body and isBase64Encoded");
}

TEST_CASE("a function that fails is a failed integration, one that cannot be called is not invocable")
{
    Fixture f;
    CHECK(f.answer_to(InvocationResult::refused(Outcome::Failed, "Error: no")) == "7: 502 Error: no");
    CHECK(f.answer_to(InvocationResult::refused(Outcome::Throttled, "no room")) == "7: 500 no room");
    CHECK(f.answer_to(InvocationResult::refused(Outcome::Outwaited, "busy")) == "7: 504 busy");
    CHECK(f.answer_to(InvocationResult::refused(Outcome::NotFound, "gone")) == "7: 500 gone");
    CHECK(f.answer_to(InvocationResult::refused(Outcome::Broken, "no node")) == "7: 500 no node");
}

TEST_CASE("the execution log gets Lambda's request id, and what a function that failed said")
{
    Fixture f;
    InvocationResult result = InvocationResult::returned(R"({"statusCode":200})");
    result.request_id = "uuid";
    f.answer_to(result);
    CHECK(f.home.note.request_id == "uuid");
    CHECK(*f.home.note.payload == R"({"statusCode":200})");
    CHECK_FALSE(f.home.note.function_error);

    result = InvocationResult::refused(Outcome::Failed, "TypeError: no");
    result.payload = R"({"errorType":"TypeError","errorMessage":"no"})";
    result.request_id = "uuid";
    f.answer_to(result);
    CHECK(f.home.note.request_id == "uuid");
    CHECK(f.home.note.function_error == "no");
    CHECK(*f.home.note.payload == result.payload);

    result.payload = R"({"errorType":"Error","errorMessage":""})";  // throw new Error()
    f.answer_to(result);
    CHECK(f.home.note.function_error == "");

    f.answer_to(InvocationResult::returned("nonsense"));
    CHECK(f.home.note.configuration_error == "Malformed Lambda proxy response");
    CHECK(*f.home.note.payload == "nonsense");

    f.answer_to(InvocationResult::refused(Outcome::Throttled, "no room"));
    CHECK(f.home.note.payload == nullptr);
}

TEST_CASE("an event goes to its function as AWS's JSON")
{
    Fixture f;
    std::string invoked;
    Invocation seen;
    Done done;
    FunctionHandlers functions(
        [&](std::string_view name, Invocation invocation, Done when_done) {
            invoked = name;
            seen = std::move(invocation);
            done = std::move(when_done);
        },
        f.host);
    HandlerRegistry registry;
    functions.add("wsEcho", "eu-west-1", "arn:aws:lambda:eu-west-1:1:function:wsEcho", registry);
    const Handler* handler = registry.find("lambda:wsEcho");
    REQUIRE(handler != nullptr);
    CHECK_FALSE(handler->is_blocking);
    CHECK(handler->endpoint ==
          "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/"
          "arn:aws:lambda:eu-west-1:1:function:wsEcho/invocations");

    const StageIdentity stage{"chat", "dev", {}};
    connections::ConnectionInfo connection;
    connection.id = f.node.codec.encode({});
    EventParts parts;
    parts.stage = &stage;
    parts.connection = &connection;
    parts.route_key = "say";
    parts.body = "hi";
    const api::Headers event_headers{{"X-Amzn-Trace-Id", "Root=1-a"}};
    parts.event_headers = &event_headers;
    EventIds ids;
    test::ManualClock clock;
    SystemRandom random;
    {
        const EventScope scope(parts, ids, clock, random, 4711);
        CHECK(handler->invoke(handler->state, &scope.event(), {0, 9}) == 0);
    }
    CHECK(invoked == "wsEcho");
    CHECK(seen.payload.starts_with(R"({"requestContext":{"routeKey":"say")"));
    CHECK(seen.payload.find(R"("body":"hi")") != std::string::npos);
    CHECK(seen.wanted_until == 4711);
    CHECK(seen.trace_id == "Root=1-a");

    done(InvocationResult::returned(R"({"statusCode":200,"body":"yes"})"));
    CHECK(f.told() == std::vector<std::string>{"9: 200 yes"});
}
