// SPDX-License-Identifier: Apache-2.0
#include "api/access_log_format.hpp"

#include "catch.hpp"
#include "unit/api/golden_access_log.hpp"

using namespace postern;
using api::AccessLogFormat;
using api::AccessLogRecord;

namespace {

constexpr const char* kDomain = "9f51g9pb21.execute-api.us-east-1.amazonaws.com";

AccessLogFormat parsed(std::string_view text)
{
    auto format = AccessLogFormat::parse(text);
    if (!format) FAIL(format.error().detail);
    return *std::move(format);
}

std::string line(std::string_view format, const AccessLogRecord& record)
{
    std::string out;
    parsed(format).append(out, record);
    return out;
}

std::string refusal(std::string_view text)
{
    const auto format = AccessLogFormat::parse(text);
    return format ? "" : format.error().detail;
}

AccessLogRecord record_of(std::string_view request_id,
                          std::string_view event_type,
                          std::string_view route_key,
                          int status,
                          EpochMillis request_time,
                          std::int64_t latency)
{
    AccessLogRecord record;
    record.request_id = request_id;
    record.extended_request_id = request_id;
    record.api_id = "9f51g9pb21";
    record.stage = "probe";
    record.route_key = route_key;
    record.event_type = event_type;
    record.connection_id = "gbik1K9kzQAYKEilnA==";
    record.domain_name = kDomain;
    record.source_ip = "203.0.113.250";
    record.user_agent = "stackd-native-websocket-lifecycle";
    record.status = status;
    record.request_time = request_time;
    record.connected_at = 1'790'328'029'377;
    record.integration_latency_ms = latency;
    return record;
}

AccessLogRecord simple_record()
{
    return record_of("EP5ytGkJoAMEmUQ=", "MESSAGE", "echo", 200, 1'790'328'029'641, 44);
}

}  // namespace

TEST_CASE("the captured lines come out byte for byte (spec captures 3.5)")
{
    CHECK(line(test::kCapturedFormat,
               record_of("EP5yqFByIAMElXw=", "CONNECT", "$connect", 200, 1'790'328'029'391, 41)) ==
          test::kConnectLine);

    AccessLogRecord message = simple_record();
    message.message_id = "gbik1Q9lQQAYKEilnA==";
    CHECK(line(test::kCapturedFormat, message) == test::kMessageLine);

    AccessLogRecord failed = record_of("EP5yyFgTIAMEtdw=", "MESSAGE", "echo", 502, 1'790'328'030'151, 24);
    failed.message_id = "gbik1a9l2QAYKEilnA==";
    failed.error_message = "Internal server error";
    failed.error_response_type = "INTEGRATION_FAILURE";
    CHECK(line(test::kCapturedFormat, failed) == test::kFailedMessageLine);

    CHECK(line(test::kCapturedFormat,
               record_of("EP5y0FKXIAMEkmg=", "DISCONNECT", "$disconnect", 200, 1'790'328'030'389, 42)) ==
          test::kDisconnectLine);

    AccessLogRecord call = record_of("515069e6-7dbd-48e4-8030-32f7fe831d10",
                                     "CONNECTION_API",
                                     "POST /@connections/{connectionId}",
                                     410,
                                     1'790'327'998'211,
                                     0);
    call.extended_request_id = "EP5tzEmSoAMECuw=";
    call.caller = call.user = "AIDAQAAAAAAAMEZHRHAHY";
    call.user_arn = "arn:aws:iam::000000000000:user/Delegated";
    call.user_agent =
        "Boto3/1.43.102 md/Botocore#1.43.102 ua/2.1 os/linux#6.17.0-35-generic md/arch#x86_64 "
        "lang/python#3.12.3 md/pyimpl#CPython m/N,D,Z,b cfg/retry-mode#legacy Botocore/1.43.102";
    call.connection_id = "gbikqi-vWQAYKEiHxA==";
    call.connected_at.reset();
    CHECK(line(test::kCapturedFormat, call) == test::kConnectionApiLine);
}

TEST_CASE("AWS's four formats go by their names (spec config-plane 4.1)")
{
    const AccessLogRecord record = simple_record();
    CHECK(line("clf", record) ==
          "203.0.113.250 - - [25/Sep/2026:09:20:29 +0000] \"MESSAGE echo gbik1K9kzQAYKEilnA==\" 200 "
          "EP5ytGkJoAMEmUQ=\n");
    CHECK(line("json", record) ==
          R"({ "requestId":"EP5ytGkJoAMEmUQ=", "ip": "203.0.113.250", "caller":"-", "user":"-", )"
          R"("requestTime":"25/Sep/2026:09:20:29 +0000", "eventType":"MESSAGE", "routeKey":"echo", )"
          R"("status":"200", "connectionId":"gbik1K9kzQAYKEilnA==" })"
          "\n");
    CHECK(line("xml", record) ==
          "<request id=\"EP5ytGkJoAMEmUQ=\"> <ip>203.0.113.250</ip> <caller>-</caller> <user>-</user> "
          "<requestTime>25/Sep/2026:09:20:29 +0000</requestTime> <eventType>MESSAGE</eventType> "
          "<routeKey>echo</routeKey> <status>200</status> <connectionId>gbik1K9kzQAYKEilnA==</connectionId> "
          "</request>\n");
    CHECK(line("csv", record) ==
          "203.0.113.250,-,-,25/Sep/2026:09:20:29 +0000,MESSAGE,echo,gbik1K9kzQAYKEilnA==,200,"
          "EP5ytGkJoAMEmUQ=\n");
}

TEST_CASE("a format without a request id or of two lines is refused in AWS's words")
{
    constexpr const char* kNoId =
        "Access Log format must include either $context.requestId or $context.extendedRequestId";
    CHECK(refusal("") == kNoId);
    CHECK(refusal("jsonn") == kNoId);
    CHECK(refusal("$context.status requestId") == kNoId);
    CHECK(refusal("$context.integration.requestId") == kNoId);
    CHECK(refusal("$context.requestIdentity") == kNoId);
    CHECK(refusal("$context.extendedRequestId").empty());
    CHECK(refusal("$context.requestId\n").empty());
    constexpr const char* kTwoLines =
        "Access Log format must be single line, new line character is allowed only at end of the format";
    CHECK(refusal("$context.requestId\n$context.status") == kTwoLines);
    CHECK(refusal("$context.requestId\r$context.status") == kTwoLines);
    CHECK(refusal("$context.requestId\n\n") == kTwoLines);
    CHECK(refusal("$context.requestId" + std::string(AccessLogFormat::kBytesMax, 'x')) ==
          "Access Log format is longer than 3072 bytes");
}

TEST_CASE("a dollar sign is one unless a variable's name follows")
{
    const AccessLogRecord record = simple_record();
    CHECK(line("$ $$ $contex $context $context. ${context.stage} $context.stage$context.requestId", record) ==
          "$ $$ $contex $context $context. ${context.stage} probeEP5ytGkJoAMEmUQ=\n");
    CHECK(line("$context.requestId. $context.stage, $context..stage", record) ==
          "EP5ytGkJoAMEmUQ=. probe, $context..stage\n");
}

TEST_CASE("the longest known name counts, and an unknown one has no value")
{
    AccessLogRecord record = simple_record();
    CHECK(line("$context.requestId $context.requestTimeEpoch $context.requestTime", record) ==
          "EP5ytGkJoAMEmUQ= 1790328029641 25/Sep/2026:09:20:29 +0000\n");
    CHECK(line("$context.requestId.log $context.stage.x.y", record) == "EP5ytGkJoAMEmUQ=.log probe.x.y\n");
    CHECK(line("$context.requestId $context.stages $context.identity $context.no.such", record) ==
          "EP5ytGkJoAMEmUQ= - - -\n");
}

TEST_CASE("values of the authorizer's context are found by name")
{
    AccessLogRecord record = simple_record();
    const std::vector<api::AuthorizerValue> values{{"principalId", "user-1", false}, {"level", "7", true}};
    record.authorizer = &values;
    CHECK(line("$context.requestId $context.authorizer.principalId $context.authorizer.level "
               "$context.authorizer.none",
               record) == "EP5ytGkJoAMEmUQ= user-1 7 -\n");
}

TEST_CASE("no value can break out of its line, of JSON or of XML")
{
    AccessLogRecord record = simple_record();
    record.user_agent = "a\"b\\c\nd\x01\xFF";
    CHECK(line("$context.requestId $context.identity.userAgent", record) ==
          "EP5ytGkJoAMEmUQ= a\"b\\c\\nd\\u0001\xEF\xBF\xBD\n");
    CHECK(line(R"({"id":"$context.requestId","agent":"$context.identity.userAgent"})", record) ==
          "{\"id\":\"EP5ytGkJoAMEmUQ=\",\"agent\":\"a\\\"b\\\\c\\nd\\u0001\xEF\xBF\xBD\"}\n");
    record.user_agent = "a\"<b>&'\nc\xFF";
    CHECK(line("<r id='$context.requestId'>$context.identity.userAgent</r>", record) ==
          "<r id='EP5ytGkJoAMEmUQ='>a&quot;&lt;b&gt;&amp;&apos;\\nc\xEF\xBF\xBD</r>\n");
}

TEST_CASE("the message of an error comes with quotes when asked for so")
{
    AccessLogRecord record = simple_record();
    CHECK(line("$context.requestId $context.error.messageString", record) == "EP5ytGkJoAMEmUQ= -\n");
    record.error_message = "Forbidden";
    CHECK(line("$context.requestId $context.error.messageString $context.error.message", record) ==
          "EP5ytGkJoAMEmUQ= \"Forbidden\" Forbidden\n");
}
