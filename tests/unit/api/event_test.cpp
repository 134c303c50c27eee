// SPDX-License-Identifier: Apache-2.0
#include "api/event.hpp"

#include "catch.hpp"
#include "core/json.hpp"
#include "unit/api/golden_events.hpp"

using namespace postern;
using namespace postern::api;

namespace {

constexpr std::string_view kProbeAgent = "postern-golden-websocket-client-1";
constexpr std::string_view kAuthorizedAgent = "postern-golden-websocket-client-02";

/// The connection of spec captures 3.1.
RequestContext probe_context(EventType type)
{
    RequestContext context;
    context.event_type = type;
    context.stage = "probe";
    context.domain_name = "9f51g9pb21.execute-api.us-east-1.amazonaws.com";
    context.connection_id = "gbik1K9kzQAYKEilnA==";
    context.api_id = "9f51g9pb21";
    context.connected_at = 1790328029377;
    context.user_agent = kProbeAgent;
    context.source_ip = "203.0.113.250";
    return context;
}

/// One of the authorized connections of spec captures 3.2.
RequestContext authorized_context(EventType type, const std::vector<AuthorizerValue>& authorizer)
{
    RequestContext context;
    context.event_type = type;
    context.stage = "probe";
    context.user_agent = kAuthorizedAgent;
    context.source_ip = "203.0.113.250";
    context.authorizer = &authorizer;
    return context;
}

std::vector<AuthorizerValue> authorizer_values(std::string invocation,
                                               std::string marker,
                                               std::string stage_marker,
                                               std::string latency)
{
    std::vector<AuthorizerValue> values{{"falseValue", "false"},
                                        {"invocation", std::move(invocation)},
                                        {"stringValue", "probe-value"},
                                        {"emptyValue", ""},
                                        {"marker", std::move(marker)},
                                        {"stageMarker", std::move(stage_marker)},
                                        {"principalId", "probe-principal"},
                                        {"booleanValue", "true"}};
    if (!latency.empty()) values.push_back({"integrationLatency", std::move(latency), true});
    values.push_back({"numberValue", "7"});
    return values;
}

/// A client's request in an order of its own, as the front hands it on.
Headers client_headers(
    std::string host, std::string key, std::string agent, Headers more, std::string trace_id)
{
    Headers headers{{"Upgrade", "websocket"},
                    {"Connection", "Upgrade"},
                    {"Sec-WebSocket-Version", "13"},
                    {"Sec-WebSocket-Key", std::move(key)},
                    {"Host", std::move(host)},
                    {"User-Agent", std::move(agent)},
                    {"Origin", "https://probe.invalid"}};
    headers.insert(headers.end(), more.begin(), more.end());
    add_forwarding_headers(headers, "203.0.113.250", "443", "https", trace_id);
    return headers;
}

std::string connect_event(const Headers& headers, std::string_view query, const StringMap& variables = {})
{
    RequestContext context = probe_context(EventType::Connect);
    context.route_key = "$connect";
    std::string out;
    append_connect_event(out, context, headers, parse_query(query), variables);
    return out;
}

/// The text between `from` and the next "}".
std::string part(const std::string& event, std::string_view from)
{
    const std::size_t start = event.find(from);
    REQUIRE(start != std::string::npos);
    return event.substr(start, event.find('}', start) + 1 - start);
}

}  // namespace

TEST_CASE("the golden events have the sizes that AWS signed")
{
    CHECK(golden::kConnect.size() == 1731);
    CHECK(golden::kMessage.size() == 697);
    CHECK(golden::kMessageFailing.size() == 698);
    CHECK(golden::kDisconnect.size() == 837);
}

TEST_CASE("a CONNECT event is AWS's, byte for byte")
{
    const Headers headers = client_headers(
        "9f51g9pb21.execute-api.us-east-1.amazonaws.com",
        "eQCY2PdReg9IGr8yl36Xdw==",
        std::string(kProbeAgent),
        {{"X-Probe", "golden-event-captured-sample:removed-connect"}, {"X-Context", "header value"}},
        "Root=1-6ab63cdd-0e3d1a2c48a38ddf14686280");
    RequestContext context = probe_context(EventType::Connect);
    context.route_key = "$connect";
    context.request_id = "EP5yqFByIAMElXw=";
    context.request_time = 1790328029391;

    std::string out = "kept:";
    append_connect_event(out,
                         context,
                         headers,
                         parse_query("marker=golden-event-captured-sample%3Aremoved-connect&context=query+"
                                     "value&repeat=first&repeat=second"),
                         {});
    CHECK(out == "kept:" + std::string(golden::kConnect));
}

TEST_CASE("a MESSAGE event is AWS's, byte for byte")
{
    RequestContext context = probe_context(EventType::Message);
    context.route_key = "echo";
    std::string out;
    SECTION("answered")
    {
        context.message_id = "gbik1Q9lQQAYKEilnA==";
        context.request_id = "EP5ytGkJoAMEmUQ=";
        context.request_time = 1790328029641;
        append_message_event(out,
                             context,
                             R"({"action": "echo", "mode": "ok", )"
                             R"("marker": "golden-event-captured-sample:removed-ws-success", )"
                             R"("payload": "owned-data-trace-body"})",
                             false,
                             {});
        CHECK(out == golden::kMessage);
    }
    SECTION("failing")
    {
        context.message_id = "gbik1a9l2QAYKEilnA==";
        context.request_id = "EP5yyFgTIAMEtdw=";
        context.request_time = 1790328030151;
        append_message_event(out,
                             context,
                             R"({"action": "echo", "mode": "raise", )"
                             R"("marker": "golden-event-captured-sample:removed-ws-raise", )"
                             R"("payload": "owned-data-trace-body"})",
                             false,
                             {});
        CHECK(out == golden::kMessageFailing);
    }
}

TEST_CASE("a DISCONNECT event is AWS's, byte for byte")
{
    RequestContext context = probe_context(EventType::Disconnect);
    context.route_key = "$disconnect";
    std::string out;
    SECTION("closed by the client")
    {
        context.request_id = "EP5y0FKXIAMEkmg=";
        context.request_time = 1790328030389;
        context.disconnect_status_code = 1000;
        context.disconnect_reason = "probe-complete";
        append_disconnect_event(out, context, {});
        CHECK(out == golden::kDisconnect);
    }
    SECTION("closed because of a binary frame")
    {
        context.domain_name = "06dsnuqv44.execute-api.us-east-1.amazonaws.com";
        context.api_id = "06dsnuqv44";
        context.connection_id = "gbgB6m7sSQAYKEiKEA==";
        context.request_id = "EOoVbFcDIAMEl9Q=";
        context.connected_at = 1790294664392;
        context.request_time = 1790294664693;
        context.disconnect_status_code = 1003;
        context.disconnect_reason = "Binary is not supported";
        append_disconnect_event(out, context, {});
        CHECK(out == golden::kDisconnectBinary);
    }
    SECTION("idle behind a custom domain")
    {
        context.stage = "develop";
        context.domain_name = "wss.example.com";
        context.api_id = "nn27okk1we";
        context.connection_id = "TXzPWdnOjoECGjA=";
        context.request_id = "TX0tuFp2joEF5Zw=";
        context.connected_at = 1708326702789;
        context.request_time = 1708327306706;
        context.user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:122.0) Gecko/20100101 Firefox/122.0";
        context.source_ip = "198.51.100.15";
        context.disconnect_status_code = 1001;
        context.disconnect_reason = "Going away";
        append_disconnect_event(out, context, {});
        CHECK(out == golden::kDisconnectIdle);
    }
}

TEST_CASE("events with an authorizer are AWS's, byte for byte")
{
    std::string out;
    SECTION("CONNECT with query string and stage variables")
    {
        const std::string marker = "golden-event-authorizer:stage-identity-present-positive-connect";
        const auto authorizer =
            authorizer_values("85987d76-757b-4988-a655-c1dca9cc9321", marker, "stage-identity-present", "21");
        RequestContext context = authorized_context(EventType::Connect, authorizer);
        context.route_key = "$connect";
        context.domain_name = "flma4p3um3.execute-api.us-east-1.amazonaws.com";
        context.api_id = "flma4p3um3";
        context.connection_id = "gbgn2q-laQAYKEj1JA==";
        context.request_id = "EO7TaH4WoAMEG7w=";
        context.connected_at = context.request_time = 1790302434134;
        const Headers headers = client_headers(std::string(context.domain_name),
                                               "BMtp3mbSS5SFgLc645GX1Q==",
                                               std::string(kAuthorizedAgent),
                                               {{"X-Probe", marker},
                                                {"X-Mode", "allow"},
                                                {"X-Mixed-Header", "ProbeValue"},
                                                {"Authorization", "probe-shared-identity"}},
                                               "Root=1-6ab5d8e2-727404e2242091ff1b546822");
        append_connect_event(out,
                             context,
                             headers,
                             parse_query("marker=" + marker +
                                         "&encoded=a%2Bb+space&repeat=one&repeat=two&tenant=probe-tenant"),
                             {{"probePhase", "stage-identity-present"}});
        CHECK(out == golden::kConnectAuthorized);
    }
    SECTION("CONNECT without query string and stage variables")
    {
        const std::string marker = "golden-event-authorizer:empty-request-shape-ready-1";
        const auto authorizer =
            authorizer_values("303a8afb-48d9-4937-9b6a-3ae4da4f2dd9", marker + "-connect", "", "12");
        RequestContext context = authorized_context(EventType::Connect, authorizer);
        context.route_key = "$connect";
        context.domain_name = "flma4p3um3.execute-api.us-east-1.amazonaws.com";
        context.api_id = "flma4p3um3";
        context.connection_id = "gbgmxs6n3QAYKEh-zA==";
        context.request_id = "EO6w7FEqoAMEd5Q=";
        context.connected_at = context.request_time = 1790302213450;
        const Headers headers = client_headers(std::string(context.domain_name),
                                               "VQE5fcUjaRJTuxtJPg9ePg==",
                                               std::string(kAuthorizedAgent),
                                               {{"X-Probe", marker + "-connect"},
                                                {"X-Mode", "allow"},
                                                {"X-Mixed-Header", "ProbeValue"},
                                                {"Authorization", marker}},
                                               "Root=1-6ab5d805-29a611185eb573c26cb69b26");
        append_connect_event(out, context, headers, {}, {});
        CHECK(out == golden::kConnectAuthorizedBare);
    }
    SECTION("MESSAGE and DISCONNECT")
    {
        const auto authorizer = authorizer_values("26a407fe-7390-4643-9005-ab19586eeec7",
                                                  "golden-event-authorize2:initial-ready-2-connect",
                                                  "initial",
                                                  "");
        RequestContext context = authorized_context(EventType::Message, authorizer);
        context.route_key = "echo";
        context.domain_name = "5a3f4piezc.execute-api.us-east-1.amazonaws.com";
        context.api_id = "5a3f4piezc";
        context.connection_id = "gbgani4jKQAYKEhVEA==";
        context.message_id = "gbgan04ktQAYKEhVEA==";
        context.request_id = "EO0sAGbFIAMEXrA=";
        context.connected_at = 1790299723370;
        context.request_time = 1790299724324;
        append_message_event(
            out,
            context,
            R"({"action": "echo", "marker": "golden-event-authorize2:initial-ready-2-echo"})",
            false,
            {{"probePhase", "initial"}});
        CHECK(out == golden::kMessageAuthorized);

        context.event_type = EventType::Disconnect;
        context.route_key = "$disconnect";
        context.request_id = "EO0sTGJ0IAMEcFg=";
        context.request_time = 1790299726268;
        context.disconnect_status_code = 1000;
        context.disconnect_reason = "probe-complete";
        out.clear();
        append_disconnect_event(out, context, {{"probePhase", "initial"}});
        CHECK(out == golden::kDisconnectAuthorized);
    }
}

TEST_CASE("CONNECT leaves the hop's headers out in any casing")
{
    const std::string event =
        connect_event({{"connection", "x"}, {"UPGRADE", "y"}, {"Content-Length", "0"}, {"Host", "h"}}, "");
    CHECK(part(event, "{\"headers\"") == R"({"headers":{"Host":"h"})");
    CHECK(part(event, "\"multiValueHeaders\"") == R"("multiValueHeaders":{"Host":["h"]})");
}

TEST_CASE("a repeated header is one entry: first casing, last value, all values in order")
{
    const std::string event =
        connect_event({{"x-tag", "one"}, {"Accept", "a"}, {"X-Tag", "two"}, {"x-tag", "three"}}, "");
    CHECK(part(event, "{\"headers\"") == R"({"headers":{"Accept":"a","x-tag":"three"})");
    CHECK(part(event, "\"multiValueHeaders\"") ==
          R"("multiValueHeaders":{"Accept":["a"],"x-tag":["one","two","three"]})");
}

TEST_CASE("query names are case-sensitive and sorted, malformed UTF-8 becomes U+FFFD")
{
    const std::string event =
        connect_event({{"Host", "h"}, {"X-Raw", "caf\xE9"}}, "b=1&a=%FF&B=2&b=3&flag&&=v");
    CHECK(part(event, "\"queryStringParameters\"") ==
          "\"queryStringParameters\":{\"\":\"v\",\"B\":\"2\",\"a\":\"\xEF\xBF\xBD\",\"b\":\"3\",\"flag\":"
          "\"\"}");
    CHECK(part(event, "\"multiValueQueryStringParameters\"") ==
          "\"multiValueQueryStringParameters\":{\"\":[\"v\"],\"B\":[\"2\"],\"a\":[\"\xEF\xBF\xBD\"],"
          "\"b\":[\"1\",\"3\"],\"flag\":[\"\"]}");
    CHECK(part(event, "{\"headers\"") == "{\"headers\":{\"Host\":\"h\",\"X-Raw\":\"caf\xEF\xBF\xBD\"}");
}

TEST_CASE("absent things are absent keys")
{
    RequestContext context = probe_context(EventType::Connect);
    context.user_agent.reset();
    std::string out;
    append_connect_event(out, context, Headers{}, {}, {});
    CHECK(out.find("userAgent") == std::string::npos);
    CHECK(out.find("queryStringParameters") == std::string::npos);
    CHECK(out.find("stageVariables") == std::string::npos);
    CHECK(out.find("authorizer") == std::string::npos);
    CHECK(out.find("messageId") == std::string::npos);
    CHECK(out.find("disconnect") == std::string::npos);
    CHECK(out.find("\"body\"") == std::string::npos);
    CHECK(out.find(R"("identity":{"sourceIp":"203.0.113.250"})") != std::string::npos);
    CHECK(out.starts_with(R"({"headers":{},"multiValueHeaders":{},"requestContext":{)"));
}

TEST_CASE("an authorizer that said nothing is an empty object")
{
    const std::vector<AuthorizerValue> nothing;
    RequestContext context = probe_context(EventType::Message);
    context.authorizer = &nothing;
    std::string out;
    append_request_context(out, context);
    CHECK(out.starts_with(R"("requestContext":{"routeKey":"","authorizer":{},"messageId":"",)"));
}

TEST_CASE("a binary message is marked as base64")
{
    RequestContext context = probe_context(EventType::Message);
    std::string out;
    append_message_event(out, context, "AAEC", true, {});
    CHECK(out.ends_with(R"("body":"AAEC","isBase64Encoded":true})"));
}

TEST_CASE("whatever the client sends, an event is JSON and carries it")
{
    std::string body;
    for (int c = 0; c < 0x80; ++c) body += static_cast<char>(c);
    body += "\xC3\xA9\xF0\x9F\x98\x80";
    RequestContext context = probe_context(EventType::Message);
    context.domain_name = "\xFF\"\\";
    std::string out;
    append_message_event(out, context, body, false, {{"quoted \"name\"", "back\\slash"}});
    const auto document = json::parse(out);
    REQUIRE(document.has_value());
    const rapidjson::Value* parsed = json::find(*document, "body");
    REQUIRE(parsed != nullptr);
    CHECK(json::as_string(*parsed) == body);
}

TEST_CASE("forwarding headers are the gateway's, behind what the client forwarded")
{
    Headers headers{{"Host", "h"},
                    {"x-forwarded-for", "10.0.0.1"},
                    {"X-FORWARDED-PROTO", "gopher"},
                    {"x-forwarded-port", "70"},
                    {"x-amzn-trace-id", "Root=forged"},
                    {"X-Forwarded-For", "10.0.0.2"}};
    add_forwarding_headers(headers, "203.0.113.9", "8080", "http", "Root=1-a-b");
    CHECK(headers == Headers{{"Host", "h"},
                             {"X-Amzn-Trace-Id", "Root=1-a-b"},
                             {"X-Forwarded-For", "10.0.0.1, 10.0.0.2, 203.0.113.9"},
                             {"X-Forwarded-Port", "8080"},
                             {"X-Forwarded-Proto", "http"}});
}
