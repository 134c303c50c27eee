// SPDX-License-Identifier: Apache-2.0
#include "connections/registry.hpp"

#include "catch.hpp"
#include "support/fake_connection.hpp"

#include <memory>
#include <set>
#include <vector>

using namespace postern;
using connections::Registry;

TEST_CASE("a connection is found from admit to dismiss")
{
    Registry registry(7, 3, 100);
    const auto address = registry.reserve();
    REQUIRE(address.has_value());
    CHECK(*address == api::ConnectionAddress{7, 3, 0, 100});
    CHECK(registry.find(*address) == nullptr);

    test::FakeConnection connection(*address);
    registry.admit(*address, connection);
    CHECK(registry.find(*address) == &connection);
    CHECK(registry.admitted() == 1);
    registry.dismiss(*address);
    CHECK(registry.find(*address) == nullptr);
    CHECK(registry.admitted() == 0);
    registry.dismiss(*address);  // no effect
    CHECK(registry.admitted() == 0);
    registry.release(*address);
    CHECK(registry.admitted() == 0);
}

TEST_CASE("a released slot is reused under another generation, and its former address finds nothing")
{
    Registry registry(0, 0, api::kGenerationMax - 1);
    api::ConnectionAddress before = *registry.reserve();
    std::set<std::uint32_t> generations;
    for (int i = 0; i < 5; ++i) {
        test::FakeConnection connection(before);
        registry.admit(before, connection);
        registry.release(before);
        const api::ConnectionAddress after = *registry.reserve();
        CHECK(after.slot == before.slot);
        CHECK(generations.insert(after.generation).second);
        CHECK(after.generation <= api::kGenerationMax);
        test::FakeConnection tenant(after);
        registry.admit(after, tenant);
        CHECK(registry.find(before) == nullptr);
        CHECK(registry.find(after) == &tenant);
        registry.dismiss(before);  // somebody else's by now
        CHECK(registry.find(after) == &tenant);
        registry.dismiss(after);
        before = after;
    }
    CHECK(generations == std::set<std::uint32_t>{api::kGenerationMax, 0, 1, 2, 3});
}

TEST_CASE("addresses that were never given find nothing")
{
    Registry registry(0, 0, 5);
    CHECK(registry.find({0, 0, 0, 5}) == nullptr);
    const auto address = registry.reserve();
    test::FakeConnection connection(*address);
    registry.admit(*address, connection);
    CHECK(registry.find({0, 0, 1, 5}) == nullptr);
    CHECK(registry.find({0, 0, 0, 6}) == nullptr);
    CHECK(registry.find({0, 0, api::kSlotMax, 5}) == nullptr);
}

TEST_CASE("a visit sees every admitted connection and may dismiss them")
{
    Registry registry(0, 0, 0);
    std::vector<std::unique_ptr<test::FakeConnection>> all;
    for (int i = 0; i < 10; ++i) {
        const auto address = registry.reserve();
        all.push_back(std::make_unique<test::FakeConnection>(*address));
        if (i % 2 == 0) registry.admit(*address, *all.back());
    }
    int visited = 0;
    registry.for_each([&](connections::Connection& connection) {
        ++visited;
        registry.dismiss(connection.info().address);
    });
    CHECK(visited == 5);
    CHECK(registry.admitted() == 0);
}

TEST_CASE("when all slots are taken nothing is given, until one is released")
{
    Registry registry(0, 0, 0);
    std::optional<api::ConnectionAddress> last;
    std::size_t given = 0;
    while (const auto address = registry.reserve()) {
        last = address;
        ++given;
    }
    CHECK(given == std::size_t{api::kSlotMax} + 1);
    CHECK(last->slot == api::kSlotMax);
    registry.release(*last);
    CHECK(registry.reserve().has_value());
    CHECK_FALSE(registry.reserve().has_value());
}
