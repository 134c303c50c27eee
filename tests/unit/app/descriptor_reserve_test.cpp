// SPDX-License-Identifier: Apache-2.0
#include "app/descriptor_reserve.hpp"

#include "catch.hpp"

using namespace postern;
using app::connections_fitting;
using app::reserved_descriptors;

TEST_CASE("usual gateways reserve the same number of descriptors, large ones what their shards need")
{
    config::Settings settings;
    settings.listeners.resize(2);
    for (const std::size_t shards : {1U, 2U, 4U}) CHECK(reserved_descriptors(settings, shards) == 96);
    // 4 for the loop of each, and 2 listening sockets.
    CHECK(reserved_descriptors(settings, 16) >= 16 * 6 + 32);
    CHECK(reserved_descriptors(settings, 128) - reserved_descriptors(settings, 64) == 64 * 6);
}

TEST_CASE("functions have descriptors for all their instances")
{
    config::Settings settings;
    settings.functions.concurrency = 10;
    const std::size_t without = reserved_descriptors(settings, 64);
    settings.model.functions["here"];
    CHECK(reserved_descriptors(settings, 64) == without + 60);
    settings.model.functions["here"].reserved_concurrent_executions = 3;
    CHECK(reserved_descriptors(settings, 64) == without + 18);
    settings.model.functions["elsewhere"].endpoint = "http://127.0.0.1:9001";
    CHECK(reserved_descriptors(settings, 64) == without + 18 + 10);
}

TEST_CASE("what is left is for clients, and never less than half")
{
    CHECK(connections_fitting(20'000, 96) == 19'904);
    CHECK(connections_fitting(200, 96) == 104);
    CHECK(connections_fitting(192, 96) == 96);
    CHECK(connections_fitting(100, 96) == 50);
}
