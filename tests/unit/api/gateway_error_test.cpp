// SPDX-License-Identifier: Apache-2.0
#include "api/gateway_error.hpp"

#include "api/close_codes.hpp"
#include "catch.hpp"

using namespace postern;
using namespace postern::api;

namespace {

constexpr EpochMillis kNow = 1790328029391;
constexpr std::string_view kDate = "Fri, 25 Sep 2026 09:20:29 GMT";

}  // namespace

TEST_CASE("error frames are AWS's, byte for byte")
{
    CHECK(
        error_frame(Refusal::IntegrationFailed, "gbikqi-vWQAYKEiHxA==", "EP5tdH0zIAMEr8w=") ==
        R"({"message": "Internal server error", "connectionId":"gbikqi-vWQAYKEiHxA==", "requestId":"EP5tdH0zIAMEr8w="})");
    CHECK(
        error_frame(Refusal::NoRoute, "gbikjQ7HvQAYKEiWaA==", "EP5p5FtzoAMEiVw=") ==
        R"({"message": "Forbidden", "connectionId":"gbikjQ7HvQAYKEiWaA==", "requestId":"EP5p5FtzoAMEiVw="})");
    CHECK(
        error_frame(Refusal::IntegrationTimeout, "Llf4ceE2NjMCF7w=", "Llf7PFSNNjMFZeA=") ==
        R"({"message": "Endpoint request timed out", "connectionId":"Llf4ceE2NjMCF7w=", "requestId":"Llf7PFSNNjMFZeA="})");
    CHECK(error_frame(Refusal::Throttled, "c", "r") ==
          R"({"message": "Too Many Requests", "connectionId":"c", "requestId":"r"})");
    CHECK(error_frame(Refusal::NotInvocable, "c", "r") == error_frame(Refusal::IntegrationFailed, "c", "r"));
}

TEST_CASE("bodies of refusals have the captured sizes")
{
    CHECK(error_body("Internal server error", "gbgxk84HOQAYKEi3uA==", "EPAKjHInoAMEtYQ=").size() == 107);
    CHECK(error_body("Unauthorized", "gbgXui_XkQAYKEinSA==", "EOzPWGCmIAMEtrA=").size() == 98);
    CHECK(error_body("", "gbgXqw-zqQAYKEhJZA==", "EOzNdFZtoAMEbxw=").size() == 86);
}

TEST_CASE("the front refuses with its seven headers")
{
    const HttpReply reply =
        front_refusal(kForbidden, "515069e6-7dbd-48e4-8030-32f7fe831d10", "EP5tzEmSoAMECuw=", kNow);
    CHECK(serialize(reply) ==
          "HTTP/1.1 403 Forbidden\r\n"
          "Date: Fri, 25 Sep 2026 09:20:29 GMT\r\n"
          "Content-Type: application/json\r\n"
          "Content-Length: 23\r\n"
          "Connection: keep-alive\r\n"
          "x-amzn-RequestId: 515069e6-7dbd-48e4-8030-32f7fe831d10\r\n"
          "x-amzn-ErrorType: ForbiddenException\r\n"
          "x-amz-apigw-id: EP5tzEmSoAMECuw=\r\n"
          "\r\n"
          "{\"message\":\"Forbidden\"}");
    CHECK_FALSE(reply.close);
}

TEST_CASE("the pipeline refuses with its five headers")
{
    const HttpReply reply =
        pipeline_refusal(Refusal::NotInvocable, "gbgxk84HOQAYKEi3uA==", "EPAKjHInoAMEtYQ=", kNow);
    CHECK(serialize(reply) ==
          "HTTP/1.1 500 Internal Server Error\r\n"
          "Date: Fri, 25 Sep 2026 09:20:29 GMT\r\n"
          "content-type: application/json; charset=UTF-8\r\n"
          "content-length: 107\r\n"
          "connection: keep-alive\r\n"
          "x-amz-apigw-id: EPAKjHInoAMEtYQ=\r\n"
          "\r\n"
          "{\"message\": \"Internal server error\", \"connectionId\":\"gbgxk84HOQAYKEi3uA==\", "
          "\"requestId\":\"EPAKjHInoAMEtYQ=\"}");
    CHECK_FALSE(reply.close);
}

TEST_CASE("every refusal has its handshake status")
{
    CHECK(status_of(Refusal::IntegrationFailed) == 502);
    CHECK(status_of(Refusal::NotInvocable) == 500);
    CHECK(status_of(Refusal::IntegrationTimeout) == 504);
    CHECK(status_of(Refusal::Throttled) == 429);
    CHECK(status_of(Refusal::NoRoute) == 403);
    CHECK(pipeline_refusal(Refusal::Throttled, "c", "r", kNow).reason == "Too Many Requests");
    CHECK(pipeline_refusal(Refusal::IntegrationTimeout, "c", "r", kNow).reason == "Gateway Timeout");
    CHECK(pipeline_refusal(Refusal::IntegrationFailed, "c", "r", kNow).reason == "Bad Gateway");
}

TEST_CASE("a handler's refusal keeps its status, its body and its other headers")
{
    const Headers from_handler{{"Content-Type", "text/plain"},
                               {"X-Why", "not today"},
                               {"connection", "close"},
                               {"Transfer-Encoding", "chunked"},
                               {"CONTENT-LENGTH", "1"},
                               {"date", "yesterday"},
                               {"X-Amz-Apigw-Id", "forged"},
                               {"X-Split", "a\r\nX-Injected: b"},
                               {"X-Nul", std::string("a\0b", 3)},
                               {"X Space", "a"},
                               {"X-Colon: x", "a"},
                               {"", "a"},
                               {"Set-Cookie", "a=1"},
                               {"Set-Cookie", "b=2"}};
    const HttpReply reply =
        handler_refusal(401, "{\"denied\": true}", from_handler, "c", "EOn3uEbGIAMEjkA=", kNow);
    CHECK(serialize(reply) ==
          "HTTP/1.1 401 Unauthorized\r\n"
          "Date: Fri, 25 Sep 2026 09:20:29 GMT\r\n"
          "content-type: application/json; charset=UTF-8\r\n"
          "content-length: 16\r\n"
          "connection: keep-alive\r\n"
          "x-amz-apigw-id: EOn3uEbGIAMEjkA=\r\n"
          "X-Why: not today\r\n"
          "Set-Cookie: a=1\r\n"
          "Set-Cookie: b=2\r\n"
          "\r\n"
          "{\"denied\": true}");
}

TEST_CASE("a handler's refusal with an unheard-of status has an empty reason")
{
    CHECK(serialize(handler_refusal(599, "", {}, "c", "r", kNow)).starts_with("HTTP/1.1 599 \r\n"));
}

TEST_CASE("a handler's 304 has no body")
{
    CHECK(handler_refusal(304, "text", {}, "c", "r", kNow).body.empty());
}

TEST_CASE("a handler's status that cannot end a handshake is a failed integration")
{
    const int status = GENERATE(0, 100, 101, 200, 299, 600, -1);
    CHECK(serialize(handler_refusal(status, "text", {}, "c", "r", kNow)) ==
          serialize(pipeline_refusal(Refusal::IntegrationFailed, "c", "r", kNow)));
}

TEST_CASE("2xx admits")
{
    CHECK(is_admission(200));
    CHECK(is_admission(299));
    CHECK_FALSE(is_admission(199));
    CHECK_FALSE(is_admission(301));
}

TEST_CASE("broken HTTP gets the load balancer's page of 122 bytes")
{
    const HttpReply reply = bad_request(kNow);
    CHECK(reply.body.size() == 122);
    CHECK(reply.close);
    CHECK(serialize(reply) ==
          "HTTP/1.1 400 Bad Request\r\n"
          "Server: awselb/2.0\r\n"
          "Date: Fri, 25 Sep 2026 09:20:29 GMT\r\n"
          "Content-Type: text/html\r\n"
          "Content-Length: 122\r\n"
          "Connection: close\r\n"
          "\r\n"
          "<html>\r\n"
          "<head><title>400 Bad Request</title></head>\r\n"
          "<body>\r\n"
          "<center><h1>400 Bad Request</h1></center>\r\n"
          "</body>\r\n"
          "</html>\r\n");
}

TEST_CASE("a late request gets 408 and the end")
{
    CHECK(serialize(request_timeout(kNow)) == "HTTP/1.1 408 Request Timeout\r\nDate: " + std::string(kDate) +
                                                  "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    CHECK(request_timeout(kNow).close);
}

TEST_CASE("closing() says so in the header's own casing")
{
    const HttpReply reply = closing(pipeline_refusal(Refusal::Throttled, "c", "r", kNow));
    CHECK(reply.close);
    CHECK(serialize(reply).find("\r\nconnection: close\r\n") != std::string::npos);
}

TEST_CASE("the 101 has AWS's headers in AWS's order")
{
    const std::string plain =
        "HTTP/1.1 101 Switching Protocols\r\n"
        "Date: Fri, 25 Sep 2026 09:20:29 GMT\r\n"
        "Connection: upgrade\r\n"
        "upgrade: websocket\r\n"
        "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
    const std::string_view accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    CHECK(switching_protocols(accept, "", "", kNow) == plain + "\r\n");
    CHECK(switching_protocols(accept, "graphql-ws", "permessage-deflate", kNow) ==
          plain +
              "sec-websocket-extensions: permessage-deflate\r\nsec-websocket-protocol: graphql-ws\r\n\r\n");
    CHECK(switching_protocols(accept, "a\r\nX-Injected: b", "", kNow) == plain + "\r\n");
}

TEST_CASE("close reasons are AWS's texts")
{
    CHECK(kGoingAway == CloseReason{1001, "Going away"});
    CHECK(kClosedNormally == CloseReason{1000, "Connection Closed Normally"});
    CHECK(kBinaryUnsupported == CloseReason{1003, "Binary is not supported"});
    CHECK(kNoStatus == CloseReason{1005, "Client-side close frame status not set"});
    CHECK(too_big_text(32768) == "Max frame length of 32768 has been exceeded.");
}
