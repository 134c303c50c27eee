// SPDX-License-Identifier: Apache-2.0
#include "app/admin_client.hpp"

#include "catch.hpp"

using namespace postern;

TEST_CASE("A gateway's URL is one of plain HTTP")
{
    CHECK(app::parse_plain_url("http://127.0.0.1:8081").value().port == "8081");
    for (const char* wrong : {"", "https://localhost", "localhost:8081", "http://a b"}) {
        CAPTURE(wrong);
        const auto parsed = app::parse_plain_url(wrong);
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().detail.starts_with("http://HOST:PORT expected"));
    }
}
