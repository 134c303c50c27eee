// SPDX-License-Identifier: Apache-2.0
#include "api/execution_log.hpp"

#include "catch.hpp"

using namespace postern;
using api::ExecutionLog;

namespace {

constexpr EpochMillis kNow = 1'790'328'029'391;
constexpr const char* kTime = "2026-09-25T09:20:29.391Z ";

const api::ExecutionLogSubject kConnect{
    "EP5yqFByIAMElXw=", "9f51g9pb21", "probe", "$connect", "gbik1K9kzQAYKEilnA=="};
const api::ExecutionLogSubject kMessage{
    "EP5ytGkJoAMEmUQ=", "9f51g9pb21", "probe", "echo", "gbik1K9kzQAYKEilnA=="};

/// What `write` appends.
template <class Write>
std::string written(const api::ExecutionLogSubject& subject, Write write)
{
    std::string out;
    ExecutionLog log(out, kNow, subject);
    write(log);
    return out;
}

/// The lines with the time in front of each.
std::string timed(std::initializer_list<const char*> lines)
{
    std::string out;
    for (const char* line : lines) out += std::string(kTime) + line + '\n';
    return out;
}

}  // namespace

TEST_CASE("the captured lines of a connect come out byte for byte (spec captures 3.6)")
{
    CHECK(
        written(kConnect,
                [](ExecutionLog& log) {
                    log.begin();
                    log.connecting("stackd-native-websocket-lifecycle", "203.0.113.250");
                    log.connected();
                }) ==
        timed(
            {"(EP5yqFByIAMElXw=) Extended Request Id: EP5yqFByIAMElXw=",
             "(EP5yqFByIAMElXw=) Verifying Usage Plan for request: EP5yqFByIAMElXw=. API Key:  API Stage: "
             "9f51g9pb21/probe",
             "(EP5yqFByIAMElXw=) API Key  authorized because route '$connect' does not require API Key. "
             "Request will not contribute to throttle or quota limits",
             "(EP5yqFByIAMElXw=) Usage Plan check succeeded for API Key  and API Stage 9f51g9pb21/probe",
             "(EP5yqFByIAMElXw=) Starting execution for request: EP5yqFByIAMElXw=",
             "(EP5yqFByIAMElXw=) WebSocket Request Route: [$connect]",
             "(EP5yqFByIAMElXw=) Client [UserAgent: stackd-native-websocket-lifecycle, SourceIp: "
             "203.0.113.250] is connecting to WebSocket API [9f51g9pb21].",
             "(EP5yqFByIAMElXw=) Client [Connection Id: gbik1K9kzQAYKEilnA==] connected to API [9f51g9pb21] "
             "successfully."}));
}

TEST_CASE("the captured lines of a message and of a disconnect come out byte for byte")
{
    CHECK(written(kMessage,
                  [](ExecutionLog& log) {
                      log.received_message();
                      log.message("{}");
                      log.sent(200);
                      log.sent(502);
                      log.disconnected(200, 1000, "probe-complete");
                  }) ==
          timed({"(EP5ytGkJoAMEmUQ=) WebSocket API [9f51g9pb21] received message from client [Connection Id: "
                 "gbik1K9kzQAYKEilnA==].",
                 "(EP5ytGkJoAMEmUQ=) WebSocket API [9f51g9pb21] received message from client "
                 "[gbik1K9kzQAYKEilnA==]. Message: [{}].",
                 "(EP5ytGkJoAMEmUQ=) Message from client [Connection Id: gbik1K9kzQAYKEilnA==] sent to API "
                 "[9f51g9pb21] with response status code [200].",
                 "(EP5ytGkJoAMEmUQ=) Message from client [Connection Id: gbik1K9kzQAYKEilnA==] sent to API "
                 "[9f51g9pb21] with response status code [502].",
                 "(EP5ytGkJoAMEmUQ=) Client [Connection Id: gbik1K9kzQAYKEilnA==] disconnected from API "
                 "[9f51g9pb21] with integration response status code [200]. Close reason: [1000: "
                 "probe-complete]"}));
}

TEST_CASE("an endpoint's request and answer are traced, without the secrets of their headers")
{
    CHECK(written(kMessage,
                  [](ExecutionLog& log) {
                      log.request("plugin:chat.say", {}, "{\"a\":1}");
                      log.request("https://x", {{"Host", "x"}, {"authorization", "Bearer s"}}, "b");
                      log.response(200, 41, {{"A", "b"}, {"Set-Cookie", "s=1"}}, "hello");
                  }) ==
          timed({"(EP5ytGkJoAMEmUQ=) Endpoint request URI: plugin:chat.say",
                 "(EP5ytGkJoAMEmUQ=) Endpoint request body after transformations: {\"a\":1}",
                 "(EP5ytGkJoAMEmUQ=) Sending request to plugin:chat.say",
                 "(EP5ytGkJoAMEmUQ=) Endpoint request URI: https://x",
                 "(EP5ytGkJoAMEmUQ=) Endpoint request headers: {Host=x, authorization=***}",
                 "(EP5ytGkJoAMEmUQ=) Endpoint request body after transformations: b",
                 "(EP5ytGkJoAMEmUQ=) Sending request to https://x",
                 "(EP5ytGkJoAMEmUQ=) Received response. Status: 200, Integration latency: 41 ms",
                 "(EP5ytGkJoAMEmUQ=) Endpoint response headers: {A=b, Set-Cookie=***}",
                 "(EP5ytGkJoAMEmUQ=) Endpoint response body before transformations: hello"}));
}

TEST_CASE("what a function said is Lambda's response, also when it failed")
{
    CHECK(written(kMessage,
                  [](ExecutionLog& log) {
                      log.function_response(41, "47bc8311", false, "{\"statusCode\":403}");
                      log.function_response(7, "bcae24c1", true, "{}");
                  }) ==
          timed({"(EP5ytGkJoAMEmUQ=) Received response. Status: 200, Integration latency: 41 ms",
                 "(EP5ytGkJoAMEmUQ=) Endpoint response headers: {Date=Fri, 25 Sep 2026 09:20:29 GMT, "
                 "Content-Type=application/json, Content-Length=18, Connection=keep-alive, "
                 "x-amzn-RequestId=47bc8311, x-amzn-Remapped-Content-Length=0, "
                 "X-Amz-Executed-Version=$LATEST}",
                 "(EP5ytGkJoAMEmUQ=) Endpoint response body before transformations: {\"statusCode\":403}",
                 "(EP5ytGkJoAMEmUQ=) Received response. Status: 200, Integration latency: 7 ms",
                 "(EP5ytGkJoAMEmUQ=) Endpoint response headers: {Date=Fri, 25 Sep 2026 09:20:29 GMT, "
                 "Content-Type=application/json, Content-Length=2, Connection=keep-alive, "
                 "x-amzn-RequestId=bcae24c1, X-Amz-Function-Error=Unhandled, "
                 "x-amzn-Remapped-Content-Length=0, X-Amz-Executed-Version=$LATEST}",
                 "(EP5ytGkJoAMEmUQ=) Endpoint response body before transformations: {}"}));
}

TEST_CASE("failures have AWS's beginnings")
{
    CHECK(written(kMessage,
                  [](ExecutionLog& log) {
                      log.timed_out();
                      log.failed("Malformed answer");
                      log.refused(403);
                  }) ==
          timed({"(EP5ytGkJoAMEmUQ=) Execution failed due to a timeout error",
                 "(EP5ytGkJoAMEmUQ=) Execution failed due to configuration error: Malformed answer",
                 "(EP5ytGkJoAMEmUQ=) Client [Connection Id: gbik1K9kzQAYKEilnA==] failed to connect to API "
                 "[9f51g9pb21] with response status code [403]."}));
}

TEST_CASE("a line is cut at 1024 characters, its prefix included")
{
    const std::string prefix = "(EP5ytGkJoAMEmUQ=) Endpoint response body before transformations: ";
    const std::size_t room = ExecutionLog::kLineCharactersMax - prefix.size();
    const auto body_line = [&](const std::string& body) {
        const std::string lines =
            written(kMessage, [&](ExecutionLog& log) { log.response(200, 0, {}, body); });
        return lines.substr(lines.find("Endpoint response body") - 19);
    };
    const std::string fits(room, 'x');
    CHECK(body_line(fits) == prefix + fits + "\n");
    CHECK(body_line(fits + "y") == prefix + fits + " [TRUNCATED]\n");
    CHECK(body_line(std::string(200'000, 'x')) == prefix + fits + " [TRUNCATED]\n");

    std::string umlauts;
    for (std::size_t i = 0; i < room; ++i) umlauts += "\xC3\xBC";
    CHECK(body_line(umlauts) == prefix + umlauts + "\n");
    CHECK(body_line(umlauts + "u") == prefix + umlauts + " [TRUNCATED]\n");
}

TEST_CASE("whatever a text holds, a line is one line of UTF-8")
{
    CHECK(written(kMessage, [](ExecutionLog& log) { log.failed("a\nb\r\x1B[31m\xFF\t."); }) ==
          timed({"(EP5ytGkJoAMEmUQ=) Execution failed due to configuration error: "
                 "a\\nb\\r\\u001b[31m\xEF\xBF\xBD\t."}));
}

TEST_CASE("credentials of a handshake are redacted, in whatever casing, and nothing else")
{
    for (const char* name : {"Authorization", "COOKIE", "x-Api-Key", "Proxy-Authorization", "Set-Cookie"}) {
        CHECK(api::is_secret_header(name));
    }
    for (const char* name : {"Host", "User-Agent", "Sec-WebSocket-Key", "X-Authorized", ""}) {
        CHECK_FALSE(api::is_secret_header(name));
    }
    for (const char* name : {"token",
                             "access_token",
                             "Authorization",
                             "PASSWORD",
                             "secret",
                             "signature",
                             "X-Amz-Signature",
                             "x-amz-security-token"}) {
        CHECK(api::is_secret_parameter(name));
    }
    for (const char* name : {"room", "tokens", "user", ""}) CHECK_FALSE(api::is_secret_parameter(name));

    const api::Headers headers =
        api::redacted(api::Headers{{"Cookie", "a=b"}, {"Host", "x"}, {"cookie", "c"}});
    CHECK(headers == api::Headers{{"Cookie", "***"}, {"Host", "x"}, {"cookie", "***"}});
    const std::vector<api::QueryParameter> query{{"token", "t"}, {"room", "r"}};
    CHECK(api::redacted(query) == std::vector<api::QueryParameter>{{"token", "***"}, {"room", "r"}});
}
