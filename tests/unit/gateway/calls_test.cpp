// SPDX-License-Identifier: Apache-2.0
#include "gateway/calls.hpp"

#include "catch.hpp"

#include <set>
#include <vector>

using namespace postern;
using gateway::Call;
using gateway::Calls;

TEST_CASE("a call is found by its number until it is closed")
{
    Calls calls;
    const gateway::Route route;
    CHECK(calls.find(0) == nullptr);
    Call& call = calls.open(api::EventType::Message, route);
    CHECK(call.type == api::EventType::Message);
    CHECK(call.route == &route);
    CHECK(calls.open_count() == 1);
    const std::uint64_t number = call.number();
    CHECK(calls.find(number) == &call);
    calls.close(call);
    CHECK(calls.find(number) == nullptr);
    CHECK(calls.open_count() == 0);
}

TEST_CASE("a slot is used again under another number, and starts clean")
{
    Calls calls;
    const gateway::Route route;
    std::set<std::uint64_t> numbers;
    for (int i = 0; i < 100; ++i) {
        Call& call = calls.open(api::EventType::Connect, route);
        CHECK(call.index == 0);
        CHECK_FALSE(call.is_held);
        CHECK(call.waiter == nullptr);
        CHECK_FALSE(call.ids.is_made);
        CHECK(call.deployment == nullptr);
        CHECK(numbers.insert(call.number()).second);
        call.is_held = call.ids.is_made = true;
        calls.close(call);
    }
}

TEST_CASE("open calls never move")
{
    Calls calls;
    const gateway::Route route;
    std::vector<Call*> open;
    for (int i = 0; i < 1000; ++i) open.push_back(&calls.open(api::EventType::Message, route));
    for (Call* call : open) CHECK(calls.find(call->number()) == call);
    for (std::size_t i = 0; i < open.size(); i += 2) calls.close(*open[i]);
    CHECK(calls.open_count() == 500);
    for (std::size_t i = 1; i < open.size(); i += 2) CHECK(calls.find(open[i]->number()) == open[i]);
}

TEST_CASE("numbers that were never given find nothing")
{
    Calls calls;
    const gateway::Route route;
    const Call& call = calls.open(api::EventType::Message, route);
    CHECK(calls.find(call.number() + 1) == nullptr);
    CHECK(calls.find(call.number() + (std::uint64_t{1} << 32)) == nullptr);
    CHECK(calls.find(~std::uint64_t{0}) == nullptr);
}
