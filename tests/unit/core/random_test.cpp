// SPDX-License-Identifier: Apache-2.0
#include "core/random.hpp"

#include "catch.hpp"

#include <algorithm>
#include <set>
#include <vector>

using namespace postern;

namespace {

/// 0x00, 0x01, 0x02 ...
class Counting final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override
    {
        for (std::uint8_t& byte : out) byte = next_++;
    }

private:
    std::uint8_t next_ = 0;
};

}  // namespace

TEST_CASE("hex writes two lower-case digits a byte")
{
    Counting random;
    CHECK(random.hex(3) == "000102");
    CHECK(random.hex(0).empty());
    for (int i = 0; i < 167; ++i) random.hex(1);
    CHECK(random.hex(2) == "aaab");
}

TEST_CASE("a UUID has its version and its variant")
{
    Counting random;
    CHECK(random.uuid() == "00010203-0405-4607-8809-0a0b0c0d0e0f");
    SystemRandom system;
    for (int i = 0; i < 200; ++i) {
        const std::string uuid = system.uuid();
        REQUIRE(uuid.size() == 36);
        REQUIRE(uuid[14] == '4');
        REQUIRE(std::string("89ab").find(uuid[19]) != std::string::npos);
    }
}

TEST_CASE("the system's bytes do not repeat, also across the pool's end")
{
    SystemRandom random;
    std::set<std::vector<std::uint8_t>> seen;
    for (int i = 0; i < 1000; ++i) {
        std::vector<std::uint8_t> bytes(13);
        random.fill(bytes);
        seen.insert(bytes);
    }
    CHECK(seen.size() == 1000);

    std::vector<std::uint8_t> large(10000);
    random.fill(large);
    CHECK(std::count(large.begin(), large.end(), std::uint8_t{0}) < 200);
    CHECK(std::set<std::uint8_t>(large.begin(), large.end()).size() == 256);
}
