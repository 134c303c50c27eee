// SPDX-License-Identifier: Apache-2.0
#include "server/address_table.hpp"

#include "catch.hpp"

#include <string>
#include <thread>
#include <vector>

using namespace postern;
using server::AddressKey;
using server::AddressTable;

namespace {

api::Limits limits_of(std::size_t sockets, double connects = 0, double burst = 0)
{
    api::Limits limits;
    limits.connections_per_address_max = sockets;
    limits.connects_per_second_per_address = connects;
    limits.connects_burst_per_address = burst;
    return limits;
}

}  // namespace

TEST_CASE("an IPv6 address counts as its /64, an IPv4 address as itself")
{
    CHECK(AddressKey("2001:db8:1:2::1") == AddressKey("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    CHECK_FALSE(AddressKey("2001:db8:1:2::1") == AddressKey("2001:db8:1:3::1"));
    CHECK_FALSE(AddressKey("192.0.2.1") == AddressKey("192.0.2.2"));
    CHECK_FALSE(AddressKey("0.0.0.0") == AddressKey("::"));
    CHECK(AddressKey("not an address") == AddressKey(""));
}

TEST_CASE("only so many sockets of one address are admitted, until one of them goes")
{
    AddressTable table;
    table.configure(limits_of(2));
    auto first = table.enter("192.0.2.1");
    auto second = table.enter("192.0.2.1");
    CHECK(first.is_admitted);
    CHECK(second.is_admitted);
    CHECK_FALSE(table.enter("192.0.2.1").is_admitted);
    CHECK(table.enter("192.0.2.2").is_admitted);
    first.place.reset();
    CHECK(table.enter("192.0.2.1").is_admitted);
    second.place.reset();
    CHECK(table.size() == 0);
}

TEST_CASE("with its limits off the table keeps nothing")
{
    AddressTable table;
    for (int i = 0; i < 100; ++i) {
        const auto entry = table.enter("192.0.2.1");
        CHECK(entry.is_admitted);
        CHECK(entry.place == nullptr);
        CHECK(table.admit_connect("192.0.2.1", 1000));
    }
    CHECK(table.size() == 0);
}

TEST_CASE("limits that come and go with a reload count only what came while they were there")
{
    AddressTable table;
    const auto before = table.enter("192.0.2.1");
    table.configure(limits_of(1));
    auto counted = table.enter("192.0.2.1");
    CHECK(counted.is_admitted);
    CHECK_FALSE(table.enter("192.0.2.1").is_admitted);
    table.configure(limits_of(0));
    CHECK(table.enter("192.0.2.1").is_admitted);
    counted.place.reset();
    CHECK(table.size() == 0);
}

TEST_CASE("handshakes of one address have a rate of their own")
{
    AddressTable table;
    table.configure(limits_of(0, 2, 3));
    for (int i = 0; i < 3; ++i) CHECK(table.admit_connect("192.0.2.1", 1000));
    CHECK_FALSE(table.admit_connect("192.0.2.1", 1000));
    CHECK(table.admit_connect("192.0.2.2", 1000));
    CHECK(table.admit_connect("192.0.2.1", 1500));
    CHECK_FALSE(table.admit_connect("192.0.2.1", 1500));
}

TEST_CASE("addresses whose bucket is full again are forgotten")
{
    AddressTable table;
    table.configure(limits_of(0, 10, 1));
    SteadyMillis now = 1000;
    for (int i = 0; i < 100'000; ++i, ++now) {
        table.admit_connect("10." + std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) + "." +
                                std::to_string(i % 256),
                            now);
    }
    CHECK(table.size() <
          15'000);  // a hundred are not full; each of 64 stripes may hold some before it sweeps
}

TEST_CASE("the threads of all shards count together")
{
    AddressTable table;
    table.configure(limits_of(100, 1, 100));
    std::atomic<int> sockets{0};
    std::atomic<int> connects{0};
    std::vector<std::thread> shards;
    std::array<std::vector<AddressTable::Entry>, 4> held;
    for (auto& mine : held) {
        shards.emplace_back([&] {
            for (int i = 0; i < 1000; ++i) {
                auto entry = table.enter("192.0.2.1");
                sockets += entry.is_admitted ? 1 : 0;
                mine.push_back(std::move(entry));
                connects += table.admit_connect("192.0.2.1", 5000) ? 1 : 0;
            }
        });
    }
    for (std::thread& shard : shards) shard.join();
    CHECK(sockets == 100);
    CHECK(connects == 100);
}
