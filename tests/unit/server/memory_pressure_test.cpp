// SPDX-License-Identifier: Apache-2.0
#include "server/memory_pressure.hpp"

#include "catch.hpp"

using namespace postern::server;

namespace {

constexpr std::size_t kCeiling = 1000;

Pressure after(Pressure current, std::size_t used)
{
    return next_pressure(current, used, kCeiling);
}

}  // namespace

TEST_CASE("pressure rises in the documented order as memory nears the ceiling")
{
    CHECK(after(Pressure::None, 799) == Pressure::None);
    CHECK(after(Pressure::None, 800) == Pressure::NoHandshakes);
    CHECK(after(Pressure::None, 900) == Pressure::NoReading);
    CHECK(after(Pressure::None, 950) == Pressure::Shedding);
    CHECK(after(Pressure::NoHandshakes, 5000) == Pressure::Shedding);
}

TEST_CASE("pressure falls only when there is clearly less in use")
{
    CHECK(after(Pressure::Shedding, 900) == Pressure::Shedding);
    CHECK(after(Pressure::Shedding, 899) == Pressure::NoReading);
    CHECK(after(Pressure::NoReading, 850) == Pressure::NoReading);
    CHECK(after(Pressure::NoReading, 849) == Pressure::NoHandshakes);
    CHECK(after(Pressure::NoHandshakes, 750) == Pressure::NoHandshakes);
    CHECK(after(Pressure::NoHandshakes, 749) == Pressure::None);
    CHECK(after(Pressure::Shedding, 10) == Pressure::None);
}

TEST_CASE("without a ceiling there is no pressure, whatever is in use")
{
    CHECK(next_pressure(Pressure::Shedding, ~std::size_t{0}, 0) == Pressure::None);
}

TEST_CASE("what is shed is what ends the shedding")
{
    CHECK(bytes_to_shed(950, kCeiling) == 50);
    CHECK(bytes_to_shed(2000, kCeiling) == 1100);
    CHECK(bytes_to_shed(900, kCeiling) == 0);
    CHECK(bytes_to_shed(0, kCeiling) == 0);
    CHECK(after(Pressure::Shedding, 950 - bytes_to_shed(950, kCeiling) - 1) == Pressure::NoReading);
}

TEST_CASE("memory is given back before anybody suffers, and otherwise now and then")
{
    CHECK(is_trim_due(Pressure::None, Pressure::NoHandshakes, 1));
    CHECK(is_trim_due(Pressure::NoHandshakes, Pressure::NoReading, 1));
    CHECK(is_trim_due(Pressure::Shedding, Pressure::Shedding, 1));
    CHECK_FALSE(is_trim_due(Pressure::NoReading, Pressure::NoReading, 39));
    CHECK(is_trim_due(Pressure::NoReading, Pressure::NoReading, 40));
    CHECK_FALSE(is_trim_due(Pressure::NoReading, Pressure::NoHandshakes, 1));
    CHECK_FALSE(is_trim_due(Pressure::NoHandshakes, Pressure::None, 40));
}
