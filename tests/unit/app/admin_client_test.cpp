// SPDX-License-Identifier: Apache-2.0
#include "app/admin_client.hpp"

#include "catch.hpp"

using namespace postern;
using app::HttpUrl;

TEST_CASE("A URL is taken apart")
{
    HttpUrl url = HttpUrl::parse("http://127.0.0.1:8081").value();
    CHECK(url.host == "127.0.0.1");
    CHECK(url.port == "8081");
    CHECK(url.path == "/");
    CHECK(url.authority == "127.0.0.1:8081");
    url = HttpUrl::parse("http://[::1]:8081/base/x?y").value();
    CHECK(url.host == "::1");
    CHECK(url.port == "8081");
    CHECK(url.path == "/base/x?y");
    CHECK(url.authority == "[::1]:8081");
    url = HttpUrl::parse("http://localhost").value();
    CHECK(url.port == "80");
    CHECK(HttpUrl::parse("http://[::1]").value().host == "::1");
}

TEST_CASE("What is no URL of HTTP is refused")
{
    for (const char* wrong : {"",
                              "http://",
                              "http:///x",
                              "http://:8081",
                              "http://host:",
                              "https://localhost",
                              "localhost:8081",
                              "http://a b",
                              "http://a/\r\nX: y"}) {
        CAPTURE(wrong);
        CHECK_FALSE(HttpUrl::parse(wrong).has_value());
    }
}
