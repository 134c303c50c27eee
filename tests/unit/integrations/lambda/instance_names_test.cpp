// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/instance_names.hpp"

#include "catch.hpp"

#include <regex>

using namespace postern;
using integrations::lambda::complete_trace_id;

TEST_CASE("a trace id that says less than a function is told is completed, and the rest is kept")
{
    SystemRandom random;
    const EpochMillis now = 1'465'510'280'000;
    const auto matches = [&](const std::string& said, const std::string& pattern) {
        const std::string whole = complete_trace_id(said, now, random);
        INFO(whole);
        return std::regex_match(whole, std::regex(pattern));
    };
    CHECK(matches("", "Root=1-5759e988-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0"));
    CHECK(matches("Root=1-a", "Root=1-a;Parent=[0-9a-f]{16};Sampled=0"));
    CHECK(matches("Root=1-a;Sampled=1", "Root=1-a;Sampled=1;Parent=[0-9a-f]{16}"));
    CHECK(matches("Root=1-a;Parent=b;Sampled=1;Lineage=c", "Root=1-a;Parent=b;Sampled=1;Lineage=c"));
}
