// SPDX-License-Identifier: Apache-2.0
#include "core/time_text.hpp"

#include "catch.hpp"

using namespace postern;

TEST_CASE("requestTime is written as in AWS's events")
{
    CHECK(time_text::request_time(1790328029391) == "25/Sep/2026:09:20:29 +0000");
    CHECK(time_text::request_time(1708327306706) == "19/Feb/2024:07:21:46 +0000");
    CHECK(time_text::request_time(0) == "01/Jan/1970:00:00:00 +0000");
}

TEST_CASE("the Date header is an IMF-fixdate")
{
    CHECK(time_text::http_date(784111777000) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(time_text::http_date(1790328029391) == "Fri, 25 Sep 2026 09:20:29 GMT");
}

TEST_CASE("connectedAt of @connections is ISO 8601 with milliseconds")
{
    CHECK(time_text::iso8601(1790295749887) == "2026-09-25T00:22:29.887Z");
    CHECK(time_text::iso8601(1709164800007) == "2024-02-29T00:00:00.007Z");
}
