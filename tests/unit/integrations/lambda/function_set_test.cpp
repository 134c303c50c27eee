// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/function_set.hpp"

#include "function_fixture.hpp"

using namespace postern;
using namespace postern::test;
using lambda::Outcome;
using std::chrono::milliseconds;

TEST_CASE("a function gets its events, one after the other, in the same process")
{
    FunctionFixture lab;
    lab.load({lab.function("echo", answering("result = [event, os.getpid()]"))});
    const auto first = lab.invoke("echo", R"({"n":1})");
    CHECK(first.outcome == Outcome::Returned);
    CHECK(first.payload.find(R"([{"n": 1}, )") == 0);
    const auto second = lab.invoke("echo", R"({"n":1})");
    CHECK(second.payload == first.payload);
    CHECK(lab.stats("echo").invocations.value() == 2);
    CHECK(lab.stats("echo").cold_starts.value() == 1);
    CHECK(lab.stats("echo").errors.value() == 0);
}

TEST_CASE("a function that no configuration has is not found")
{
    FunctionFixture lab;
    lab.load({});
    const auto result = lab.invoke("nobody");
    CHECK(result.outcome == Outcome::NotFound);
    CHECK(result.why == "function \"nobody\" does not exist in this configuration");
}

TEST_CASE("a result comes as it was sent, JSON or not")
{
    FunctionFixture lab;
    lab.load({lab.function("odd", std::string(kRuntimePrelude) + R"(
while True:
    id, event = next_event()
    call('POST', f'invocation/{id}/response', event['answer'].encode())
)")});
    CHECK(lab.invoke("odd", R"({"answer":"no JSON at all"})").payload == "no JSON at all");
    CHECK(lab.invoke("odd", R"({"answer":""})").payload.empty());
    CHECK(lab.invoke("odd", R"({"answer":"{}"})").outcome == Outcome::Returned);
}
