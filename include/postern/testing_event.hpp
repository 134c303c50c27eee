// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <postern/plugin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The event JSON of the test harness: AWS's keys in AWS's order, with a made-up clock.
namespace postern::testing::detail {

/// 2026-01-15 12:00:00 UTC: every harness lives in this moment.
inline constexpr std::int64_t kNowMilliseconds = 1'768'478'400'000;
inline constexpr std::string_view kNowText = "15/Jan/2026:12:00:00 +0000";

struct LessIgnoringCase {
    bool operator()(const std::string& a, const std::string& b) const
    {
        return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
            return postern::detail::lower(x) < postern::detail::lower(y);
        });
    }
};
using Values = std::map<std::string, std::vector<std::string>, LessIgnoringCase>;

inline std::string json_string(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escape[7];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
            out += escape;
        } else {
            out += c;
        }
    }
    return out + '"';
}

/// Writes `{...}` member by member.
class ObjectWriter {
public:
    void raw(std::string_view name, std::string_view json)
    {
        if (out_.size() > 1) out_ += ',';
        out_ += json_string(name);
        out_ += ':';
        out_ += json;
    }
    void text(std::string_view name, postern_text value)
    {
        raw(name, json_string(postern::detail::view(value)));
    }
    void text(std::string_view name, std::string_view value) { raw(name, json_string(value)); }
    void number(std::string_view name, std::int64_t value) { raw(name, std::to_string(value)); }
    std::string finish() { return std::move(out_) + "}"; }

private:
    std::string out_ = "{";
};

/// One member with the last value of each name, one with all of them.
inline void write_values(ObjectWriter& out,
                         std::string_view single,
                         std::string_view multi,
                         const Values& values)
{
    ObjectWriter last;
    ObjectWriter all;
    for (const auto& [name, list] : values) {
        last.text(name, list.back());
        std::string array = "[";
        for (const std::string& value : list) array += (array.size() > 1 ? "," : "") + json_string(value);
        all.raw(name, array + "]");
    }
    out.raw(single, last.finish());
    out.raw(multi, all.finish());
}

inline Values collect(const postern_pair* pairs, std::size_t count)
{
    Values values;
    for (std::size_t i = 0; i < count; ++i)
        values[std::string(postern::detail::view(pairs[i].name))].emplace_back(
            postern::detail::view(pairs[i].value));
    return values;
}

inline std::string request_context(const postern_event& event,
                                   std::string_view request_id,
                                   std::string_view message_id)
{
    static constexpr std::string_view kTypes[] = {"CONNECT", "MESSAGE", "DISCONNECT"};
    ObjectWriter identity;
    if (event.user_agent.data != nullptr) identity.text("userAgent", event.user_agent);
    identity.text("sourceIp", event.source_ip);

    ObjectWriter context;
    context.text("routeKey", event.route_key);
    if (event.event_type == POSTERN_MESSAGE) context.text("messageId", message_id);
    if (event.event_type == POSTERN_DISCONNECT)
        context.number("disconnectStatusCode", event.disconnect_status_code);
    context.text("eventType", kTypes[event.event_type]);
    context.text("extendedRequestId", request_id);
    context.text("requestTime", kNowText);
    context.text("messageDirection", "IN");
    if (event.event_type == POSTERN_DISCONNECT) context.text("disconnectReason", event.disconnect_reason);
    context.text("stage", event.stage);
    context.number("connectedAt", event.connected_at);
    context.number("requestTimeEpoch", kNowMilliseconds);
    context.raw("identity", identity.finish());
    context.text("requestId", request_id);
    context.text("domainName", event.domain_name);
    context.text("connectionId", event.connection_id);
    context.text("apiId", event.api_id);
    return context.finish();
}

inline std::string event_json(const postern_event& event,
                              std::string_view request_id,
                              std::string_view message_id,
                              const std::map<std::string, std::string, std::less<>>& stage_variables)
{
    ObjectWriter out;
    if (event.event_type == POSTERN_CONNECT) {
        write_values(out, "headers", "multiValueHeaders", collect(event.headers, event.header_count));
        if (event.query_count > 0)
            write_values(out,
                         "queryStringParameters",
                         "multiValueQueryStringParameters",
                         collect(event.query, event.query_count));
    } else if (event.event_type == POSTERN_DISCONNECT) {
        const Values fixed{{"Host", {std::string(postern::detail::view(event.domain_name))}},
                           {"x-api-key", {""}},
                           {"X-Forwarded-For", {""}},
                           {"x-restapi", {""}}};
        write_values(out, "headers", "multiValueHeaders", fixed);
    }
    if (!stage_variables.empty()) {
        ObjectWriter variables;
        for (const auto& [name, value] : stage_variables) variables.text(name, value);
        out.raw("stageVariables", variables.finish());
    }
    out.raw("requestContext", request_context(event, request_id, message_id));
    if (event.event_type == POSTERN_MESSAGE) out.text("body", event.body);
    out.raw("isBase64Encoded", "false");
    return out.finish();
}

}  // namespace postern::testing::detail
