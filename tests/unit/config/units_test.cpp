// SPDX-License-Identifier: Apache-2.0
#include "config/units.hpp"

#include "catch.hpp"

using namespace postern::config;

TEST_CASE("A duration is a whole number with a unit, or 0")
{
    CHECK(parse_duration("0") == 0);
    CHECK(parse_duration("0s") == 0);
    CHECK(parse_duration("500ms") == 500);
    CHECK(parse_duration("30s") == 30'000);
    CHECK(parse_duration("10m") == 600'000);
    CHECK(parse_duration("2h") == 7'200'000);
    for (const char* text :
         {"", "10", "m", "1.5s", "-1s", "1 s", "1d", "1S", "9223372036854775807h", "99999999999999999999s"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text).has_value());
    }
}

TEST_CASE("A size is a whole number of bytes or with a binary unit")
{
    CHECK(parse_size("0") == 0);
    CHECK(parse_size("4096") == 4096);
    CHECK(parse_size("4096B") == 4096);
    CHECK(parse_size("32KiB") == 32'768);
    CHECK(parse_size("1MiB") == 1'048'576);
    CHECK(parse_size("2GiB") == 2'147'483'648);
    for (const char* text : {"", "KiB", "-1", "-1KiB", "1KB", "1k", "1.5MiB", "9223372036854775807KiB"}) {
        INFO(text);
        CHECK_FALSE(parse_size(text).has_value());
    }
}

TEST_CASE("Durations and sizes are shown with the largest unit that needs no fraction")
{
    CHECK(format_duration(0) == "0");
    CHECK(format_duration(1500) == "1500ms");
    CHECK(format_duration(90'000) == "90s");
    CHECK(format_duration(600'000) == "10m");
    CHECK(format_size(32'768) == "32KiB");
    CHECK(format_size(1000) == "1000B");
}
