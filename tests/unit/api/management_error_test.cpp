// SPDX-License-Identifier: Apache-2.0
#include "api/management_error.hpp"

#include "catch.hpp"

using namespace postern;
using namespace postern::api;
using namespace postern::api::management;

namespace {

constexpr EpochMillis kNow = 1790328029391;
constexpr ReplyIds kIds{
    "515069e6-7dbd-48e4-8030-32f7fe831d10", "EP5tzEmSoAMECuw=", "Root=1-6ab4e11d-0123456789abcdef01234567"};

const std::string kHead = "Date: Fri, 25 Sep 2026 09:20:29 GMT\r\nContent-Type: application/json\r\n";
const std::string kRequestId = "x-amzn-RequestId: 515069e6-7dbd-48e4-8030-32f7fe831d10\r\n";
const std::string kApigwId = "x-amz-apigw-id: EP5tzEmSoAMECuw=\r\n";
const std::string kTrace = "X-Amzn-Trace-Id: Root=1-6ab4e11d-0123456789abcdef01234567\r\n";

/// An error without a trace id, as the front gives it.
std::string front_error(const std::string& status, const std::string& type, const std::string& body)
{
    return "HTTP/1.1 " + status + "\r\n" + kHead + "Content-Length: " + std::to_string(body.size()) +
           "\r\nConnection: keep-alive\r\n" + kRequestId + "x-amzn-ErrorType: " + type + "\r\n" + kApigwId +
           "\r\n" + body;
}

}  // namespace

TEST_CASE("a POST is accepted with an empty 200")
{
    CHECK(serialize(post_ok(kIds, kNow)) == "HTTP/1.1 200 OK\r\n" + kHead +
                                                "Content-Length: 0\r\nConnection: keep-alive\r\n" +
                                                kRequestId + kApigwId + kTrace + "\r\n");
}

TEST_CASE("a GET is answered with the captured 202 bytes")
{
    const ConnectionDescription connection{
        "203.0.113.250", "stackd-native-management-probe", 1790295749887, 1790295750389};
    CHECK(serialize(get_ok(connection, kIds, kNow)) ==
          "HTTP/1.1 200 OK\r\n" + kHead + "Content-Length: 202\r\nConnection: keep-alive\r\n" + kRequestId +
              kApigwId + kTrace +
              "\r\n"
              "{\n"
              "  \"identity\" : {\n"
              "    \"sourceIp\" : \"203.0.113.250\",\n"
              "    \"userAgent\" : \"stackd-native-management-probe\"\n"
              "  },\n"
              "  \"connectedAt\" : \"2026-09-25T00:22:29.887Z\",\n"
              "  \"lastActiveAt\" : \"2026-09-25T00:22:30.389Z\"\n"
              "}");
}

TEST_CASE("a GET says null for a client without a User-Agent, and is JSON for every other")
{
    ConnectionDescription connection{"::1", std::nullopt, 0, 0};
    CHECK(get_ok(connection, kIds, kNow).body.find("\"userAgent\" : null\n") != std::string::npos);
    connection.user_agent = "a\"b\\\xff";
    CHECK(get_ok(connection, kIds, kNow).body.find("\"userAgent\" : \"a\\\"b\\\\\xEF\xBF\xBD\"\n") !=
          std::string::npos);
    connection.user_agent = "";
    CHECK(get_ok(connection, kIds, kNow).body.find("\"userAgent\" : \"\"\n") != std::string::npos);
}

TEST_CASE("a DELETE is answered with 204, a type and no length")
{
    CHECK(serialize(delete_ok(kIds, kNow)) == "HTTP/1.1 204 No Content\r\n" + kHead +
                                                  "Connection: keep-alive\r\n" + kRequestId + kApigwId +
                                                  kTrace + "\r\n");
}

TEST_CASE("a connection that is gone is an empty 410 with a trace id")
{
    CHECK(serialize(gone(kIds, kNow)) ==
          "HTTP/1.1 410 Gone\r\n" + kHead + "Content-Length: 0\r\nConnection: keep-alive\r\n" + kRequestId +
              "x-amzn-ErrorType: GoneException\r\n" + kApigwId + kTrace + "\r\n");
}

TEST_CASE("a body too large is a 413 of three headers")
{
    CHECK(serialize(too_large(kNow)) ==
          "HTTP/1.1 413 Payload Too Large\r\nDate: Fri, 25 Sep 2026 09:20:29 GMT\r\n"
          "Content-Length: 0\r\nConnection: keep-alive\r\n\r\n");
}

TEST_CASE("too fast is a 429 that SDKs know as LimitExceededException")
{
    CHECK(serialize(limit_exceeded(kIds, kNow)) ==
          "HTTP/1.1 429 Too Many Requests\r\n" + kHead + "Content-Length: 0\r\nConnection: keep-alive\r\n" +
              kRequestId + "x-amzn-ErrorType: LimitExceededException\r\n" + kApigwId + kTrace + "\r\n");
}

TEST_CASE("refusals by the front have the captured bodies and no trace id")
{
    const HttpReply malformed = malformed_id("AAAAAAAAAAAAAAA=", kIds, kNow);
    CHECK(malformed.body.size() == 52);
    CHECK(serialize(malformed) == front_error("400 Bad Request",
                                              "BadRequestException",
                                              R"({"message":"Invalid connectionId: AAAAAAAAAAAAAAA="})"));

    const HttpReply no_stage = forbidden(kIds, kNow);
    CHECK(no_stage.body.size() == 23);
    CHECK(serialize(no_stage) ==
          front_error("403 Forbidden", "ForbiddenException", R"({"message":"Forbidden"})"));

    const sigv4::Outcome unsigned_request{
        sigv4::Verdict::MissingAuthenticationToken, nullptr, "Missing Authentication Token"};
    const HttpReply missing = not_authenticated(unsigned_request, kIds, kNow);
    CHECK(missing.body.size() == 42);
    CHECK(serialize(missing) == front_error("403 Forbidden",
                                            "MissingAuthenticationTokenException",
                                            R"({"message":"Missing Authentication Token"})"));

    CHECK(serialize(no_method("prod/@connections/ID=", "POST", kIds, kNow)) ==
          front_error(
              "404 Not Found",
              "NotFoundException",
              R"({"message":"No method found matching route prod/@connections/ID= for http method POST."})"));
}

TEST_CASE("a malformed id is quoted as JSON whatever it holds")
{
    CHECK(malformed_id("a\"\xff\n", kIds, kNow).body ==
          "{\"message\":\"Invalid connectionId: a\\\"\xEF\xBF\xBD\\n\"}");
}

TEST_CASE("every failed authentication has its error type")
{
    using sigv4::Verdict;
    const auto type = [](Verdict verdict) {
        const HttpReply reply = not_authenticated({verdict, nullptr, "why"}, kIds, kNow);
        CHECK(reply.status == 403);
        CHECK(reply.body == R"({"message":"why"})");
        return reply.headers.at(5).value;
    };
    CHECK(type(Verdict::IncompleteSignature) == "IncompleteSignatureException");
    CHECK(type(Verdict::InvalidSignature) == "InvalidSignatureException");
    CHECK(type(Verdict::UnknownAccessKey) == "UnrecognizedClientException");
    CHECK(type(Verdict::Expired) == "InvalidSignatureException");
    CHECK(type(Verdict::NotYetCurrent) == "InvalidSignatureException");
}

TEST_CASE("what a policy forbids is said with a capital Message, a masked account and a literal id")
{
    const std::string user = "arn:aws:sts::000000000000:assumed-role/probe/ws-missing";
    const ConnectionsResource resource{"us-east-1", "123456780000", "34jmzjm04l", "dev", "GET"};
    const std::string subject =
        R"({"Message":"User: arn:aws:sts::000000000000:assumed-role/probe/ws-missing is not authorized to )"
        R"(perform: execute-api:ManageConnections on resource: )"
        R"(arn:aws:execute-api:us-east-1:********0000:34jmzjm04l/dev/GET/@connections/{connectionId})";
    const auto denied = [&](PolicyVerdict verdict, PolicyKind kind) {
        return serialize(access_denied(user, resource, verdict, kind, kIds, kNow));
    };
    const auto expected = [&](const std::string& why) {
        return front_error("403 Forbidden", "AccessDeniedException", subject + why + "\"}");
    };
    CHECK(denied(PolicyVerdict::ImplicitDeny, PolicyKind::Session) ==
          expected(" because no session policy allows the execute-api:ManageConnections action"));
    CHECK(denied(PolicyVerdict::ExplicitDeny, PolicyKind::Session) ==
          expected(" with an explicit deny in a session policy"));
    CHECK(denied(PolicyVerdict::ImplicitDeny, PolicyKind::Identity) ==
          expected(" because no identity-based policy allows the execute-api:ManageConnections action"));
    CHECK(denied(PolicyVerdict::ExplicitDeny, PolicyKind::Identity) ==
          expected(" with an explicit deny in an identity-based policy"));
}
