// SPDX-License-Identifier: Apache-2.0
#include "net/http_url.hpp"

#include "catch.hpp"

using namespace postern;
using net::HttpUrl;

TEST_CASE("A URL is taken apart")
{
    HttpUrl url = HttpUrl::parse("http://127.0.0.1:8081").value();
    CHECK_FALSE(url.is_tls);
    CHECK(url.host == "127.0.0.1");
    CHECK(url.port == "8081");
    CHECK(url.path == "/");
    CHECK(url.authority == "127.0.0.1:8081");
    url = HttpUrl::parse("http://[::1]:8081/base/x?y").value();
    CHECK(url.host == "::1");
    CHECK(url.port == "8081");
    CHECK(url.path == "/base/x?y");
    CHECK(url.authority == "[::1]:8081");
    CHECK(url.origin() == "http://[::1]:8081");
    url = HttpUrl::parse("http://localhost").value();
    CHECK(url.port == "80");
    CHECK(HttpUrl::parse("http://[::1]").value().host == "::1");
    url = HttpUrl::parse("https://lambda.eu-west-1.amazonaws.com").value();
    CHECK(url.is_tls);
    CHECK(url.port == "443");
    CHECK(url.origin() == "https://lambda.eu-west-1.amazonaws.com");
}

TEST_CASE("What is no URL of HTTP is refused")
{
    for (const char* wrong : {"",
                              "http://",
                              "https://",
                              "http:///x",
                              "http://:8081",
                              "http://host:",
                              "http://host:0",
                              "http://host:65536",
                              "http://host:http",
                              "http://host:+80",
                              "http://host:80x",
                              "ftp://localhost",
                              "localhost:8081",
                              "http://user:password@host",
                              "http://a b",
                              "http://a/\r\nX: y"}) {
        CAPTURE(wrong);
        CHECK_FALSE(HttpUrl::parse(wrong).has_value());
    }
}

TEST_CASE("An IPv6 address is in brackets in front of its port")
{
    CHECK(net::authority("localhost", "8080") == "localhost:8080");
    CHECK(net::authority("127.0.0.1", "0") == "127.0.0.1:0");
    CHECK(net::authority("::1", "8443") == "[::1]:8443");
}
