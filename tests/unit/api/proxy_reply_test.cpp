// SPDX-License-Identifier: Apache-2.0
#include "api/proxy_reply.hpp"

#include "catch.hpp"

using namespace postern;
using namespace postern::api;

TEST_CASE("a proxy answer is read")
{
    const auto reply = parse_proxy_reply(
        R"({"statusCode":403,"headers":{"X-A":"1","X-N":7,"X-B":true},"body":"no \u00e9\u0000","isBase64Encoded":false})");
    REQUIRE(reply.has_value());
    CHECK(reply->status_code == 403);
    CHECK(reply->body == std::string("no \xC3\xA9\0", 6));
    CHECK_FALSE(reply->is_base64_encoded);
    CHECK(reply->headers == Headers{{"X-A", "1"}, {"X-N", "7"}, {"X-B", "true"}});
}

TEST_CASE("statusCode alone is an answer, nulls are absent")
{
    const auto text = GENERATE(
        as<std::string>{},
        R"({"statusCode":200})",
        R"({"statusCode":"200"})",
        R"({"statusCode":200.0})",
        R"({"statusCode":500,"statusCode":200})",
        R"({"statusCode":200,"body":null,"headers":null,"multiValueHeaders":null,"isBase64Encoded":null})");
    CAPTURE(text);
    const auto reply = parse_proxy_reply(text);
    REQUIRE(reply.has_value());
    CHECK(reply->status_code == 200);
    CHECK(reply->body.empty());
    CHECK(reply->headers.empty());
}

TEST_CASE("statuses from 100 to 599 are statuses")
{
    CHECK(parse_proxy_reply(R"({"statusCode":100})")->status_code == 100);
    CHECK(parse_proxy_reply(R"({"statusCode":599})")->status_code == 599);
}

TEST_CASE("a base64 body is decoded")
{
    const auto reply = parse_proxy_reply(R"({"statusCode":200,"body":"AP/+aGk=","isBase64Encoded":true})");
    REQUIRE(reply.has_value());
    CHECK(reply->body == std::string("\0\xFF\xFEhi", 5));
    CHECK(reply->is_base64_encoded);
}

TEST_CASE("headers and multiValueHeaders are joined, a pair in both counts once")
{
    const auto reply = parse_proxy_reply(
        R"({"statusCode":200,"headers":{"x-a":"2","X-C":"3"},"multiValueHeaders":{"X-A":["1","2"],"X-E":[]}})");
    REQUIRE(reply.has_value());
    CHECK(reply->headers == Headers{{"X-A", "1"}, {"X-A", "2"}, {"X-C", "3"}});
}

TEST_CASE("a malformed proxy answer is an error")
{
    const auto text = GENERATE(as<std::string>{},
                               "",
                               "null",
                               "\"statusCode\"",
                               "[]",
                               "200",
                               "{}",
                               "{\"statusCode\":200",
                               "{\"statusCode\":200} x",
                               R"({"statusCode":"invalid","body":{"not":"a proxy response"}})",
                               R"({"statusCode":"2e2"})",
                               R"({"statusCode":"0200"})",
                               R"({"statusCode":null})",
                               R"({"statusCode":true})",
                               R"({"statusCode":99})",
                               R"({"statusCode":600})",
                               R"({"statusCode":-200})",
                               R"({"statusCode":200.5})",
                               R"({"statusCode":1e300})",
                               R"({"statusCode":200,"message":"extra"})",
                               R"({"StatusCode":200})",
                               R"({"statusCode":200,"body":{"a":1}})",
                               R"({"statusCode":200,"body":7})",
                               R"({"statusCode":200,"body":"\ud800"})",
                               R"({"statusCode":200,"body":"*","isBase64Encoded":true})",
                               R"({"statusCode":200,"isBase64Encoded":"yes"})",
                               R"({"statusCode":200,"headers":[]})",
                               R"({"statusCode":200,"headers":{"a":["b"]}})",
                               R"({"statusCode":200,"headers":{"a":null}})",
                               R"({"statusCode":200,"multiValueHeaders":{"a":"b"}})",
                               R"({"statusCode":200,"multiValueHeaders":{"a":[{}]}})");
    CAPTURE(text);
    const auto reply = parse_proxy_reply(text);
    REQUIRE_FALSE(reply.has_value());
    CHECK(reply.error().kind == ErrorKind::BadInput);
    CHECK(reply.error().detail.starts_with("malformed proxy response: "));
}

TEST_CASE("an answer nested without end is an error, not a crash")
{
    const std::string deep = R"({"statusCode":200,"body":)" + std::string(200000, '[');
    CHECK_FALSE(parse_proxy_reply(deep).has_value());
}
