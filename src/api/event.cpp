// SPDX-License-Identifier: Apache-2.0
#include "api/event.hpp"

#include "core/check.hpp"
#include "core/json_text.hpp"
#include "core/text.hpp"
#include "core/time_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

namespace postern::api {

namespace {

/// A client's bytes as a JSON string: header and query values need not be UTF-8, JSON text must be.
void append_text(std::string& out, std::string_view bytes)
{
    if (text::is_utf8(bytes)) {
        json::append_quoted(out, bytes);
    } else {
        json::append_quoted(out, text::to_utf8_lossy(bytes));
    }
}

void append_number(std::string& out, std::int64_t number)
{
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), end.ptr);
}

/// `,"name":"value"`
void append_member(std::string& out, std::string_view name, std::string_view value)
{
    out += ",\"";
    out += name;
    out += "\":";
    append_text(out, value);
}

void append_member(std::string& out, std::string_view name, std::int64_t value)
{
    out += ",\"";
    out += name;
    out += "\":";
    append_number(out, value);
}

/// AWS's two twin maps. `sorted` has equal names next to each other, in the client's order: the plain map
/// takes the last of them, the multi-value map all.
template <class Pair, class IsSame>
void append_twin_maps(std::string& out,
                      std::string_view name,
                      std::string_view multi_name,
                      const std::vector<const Pair*>& sorted,
                      IsSame is_same)
{
    const auto end_of_run = [&](std::size_t first) {
        std::size_t end = first + 1;
        while (end < sorted.size() && is_same(sorted[first]->name, sorted[end]->name)) ++end;
        return end;
    };
    const auto append_map = [&](std::string_view map_name, auto append_values) {
        json::append_quoted(out, map_name);
        out += ":{";
        for (std::size_t first = 0; first < sorted.size();) {
            const std::size_t end = end_of_run(first);
            if (first > 0) out += ',';
            append_text(out, sorted[first]->name);
            out += ':';
            append_values(first, end);
            first = end;
        }
        out += "},";
    };
    append_map(name, [&](std::size_t, std::size_t end) { append_text(out, sorted[end - 1]->value); });
    append_map(multi_name, [&](std::size_t first, std::size_t end) {
        for (std::size_t i = first; i < end; ++i) {
            out += i == first ? '[' : ',';
            append_text(out, sorted[i]->value);
        }
        out += ']';
    });
}

/// Spec data-plane 2.3: CONNECT lacks these; only the authorizer's event has them.
bool is_left_out(std::string_view header_name)
{
    return text::iequals(header_name, "Connection") || text::iequals(header_name, "Upgrade") ||
           text::iequals(header_name, "Content-Length");
}

void append_headers(std::string& out, std::span<const Header> headers)
{
    std::vector<const Header*> sorted;
    sorted.reserve(headers.size());
    for (const Header& header : headers) {
        if (!is_left_out(header.name)) sorted.push_back(&header);
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const Header* a, const Header* b) {
        return text::iless(a->name, b->name);
    });
    append_twin_maps(out, "headers", "multiValueHeaders", sorted, text::iequals);
}

/// Query names are case-sensitive; AWS sorts them (seen with lower-case names only).
void append_query(std::string& out, std::span<const QueryParameter> query)
{
    if (query.empty()) return;
    std::vector<const QueryParameter*> sorted;
    sorted.reserve(query.size());
    for (const QueryParameter& parameter : query) sorted.push_back(&parameter);
    std::stable_sort(sorted.begin(), sorted.end(), [](const QueryParameter* a, const QueryParameter* b) {
        return a->name < b->name;
    });
    append_twin_maps(out,
                     "queryStringParameters",
                     "multiValueQueryStringParameters",
                     sorted,
                     std::equal_to<std::string_view>());
}

/// With the comma behind it; nothing when there are none (spec data-plane 2.1).
void append_stage_variables(std::string& out, const StringMap& stage_variables)
{
    if (stage_variables.empty()) return;
    char separator = '{';
    out += "\"stageVariables\":";
    for (const auto& [name, value] : stage_variables) {
        out += separator;
        append_text(out, name);
        out += ':';
        append_text(out, value);
        separator = ',';
    }
    out += "},";
}

void append_authorizer(std::string& out, const std::vector<AuthorizerValue>& values)
{
    char separator = '{';
    out += ",\"authorizer\":";
    if (values.empty()) out += separator;
    for (const AuthorizerValue& member : values) {
        out += separator;
        append_text(out, member.name);
        out += ':';
        if (member.is_number) {
            out += member.value;
        } else {
            append_text(out, member.value);
        }
        separator = ',';
    }
    out += '}';
}

void append_identity(std::string& out, const RequestContext& context)
{
    out += ",\"identity\":{";
    if (context.user_agent) {
        out += "\"userAgent\":";
        append_text(out, *context.user_agent);
        out += ',';
    }
    out += "\"sourceIp\":";
    append_text(out, context.source_ip);
    out += '}';
}

}  // namespace

std::string_view to_string(EventType type)
{
    switch (type) {
        case EventType::Connect:
            return "CONNECT";
        case EventType::Message:
            return "MESSAGE";
        case EventType::Disconnect:
            return "DISCONNECT";
    }
    return {};
}

std::vector<QueryParameter> parse_query(std::string_view query)
{
    std::vector<QueryParameter> parameters;
    for (const std::string_view piece : text::split(query, '&')) {
        if (piece.empty()) continue;
        const std::size_t equals = piece.find('=');
        const std::string_view value = equals == std::string_view::npos ? "" : piece.substr(equals + 1);
        parameters.push_back({text::query_decode(piece.substr(0, equals)), text::query_decode(value)});
    }
    return parameters;
}

void append_request_context(std::string& out, const RequestContext& context)
{
    const EventType type = context.event_type;
    out += "\"requestContext\":{\"routeKey\":";
    append_text(out, context.route_key);
    if (type == EventType::Disconnect)
        append_member(out, "disconnectStatusCode", context.disconnect_status_code);
    if (context.authorizer != nullptr) append_authorizer(out, *context.authorizer);
    if (type == EventType::Message) append_member(out, "messageId", context.message_id);
    append_member(out, "eventType", to_string(type));
    append_member(out, "extendedRequestId", context.request_id);
    append_member(out, "requestTime", time_text::request_time(context.request_time));
    append_member(out, "messageDirection", "IN");
    if (type == EventType::Disconnect) append_member(out, "disconnectReason", context.disconnect_reason);
    append_member(out, "stage", context.stage);
    append_member(out, "connectedAt", context.connected_at);
    append_member(out, "requestTimeEpoch", context.request_time);
    append_identity(out, context);
    append_member(out, "requestId", context.request_id);
    append_member(out, "domainName", context.domain_name);
    append_member(out, "connectionId", context.connection_id);
    append_member(out, "apiId", context.api_id);
    out += '}';
}

void append_connect_event(std::string& out,
                          const RequestContext& context,
                          std::span<const Header> headers,
                          std::span<const QueryParameter> query,
                          const StringMap& stage_variables)
{
    POSTERN_CHECK(context.event_type == EventType::Connect);
    out += '{';
    append_headers(out, headers);
    append_query(out, query);
    append_stage_variables(out, stage_variables);
    append_request_context(out, context);
    out += ",\"isBase64Encoded\":false}";
}

void append_message_event(std::string& out,
                          const RequestContext& context,
                          std::string_view body,
                          bool is_base64_encoded,
                          const StringMap& stage_variables)
{
    POSTERN_CHECK(context.event_type == EventType::Message);
    out += '{';
    append_stage_variables(out, stage_variables);
    append_request_context(out, context);
    out += ",\"body\":";
    json::append_quoted(out, body);
    out += is_base64_encoded ? ",\"isBase64Encoded\":true}" : ",\"isBase64Encoded\":false}";
}

void append_disconnect_event(std::string& out,
                             const RequestContext& context,
                             const StringMap& stage_variables)
{
    POSTERN_CHECK(context.event_type == EventType::Disconnect);
    out += "{\"headers\":{\"Host\":";
    append_text(out, context.domain_name);
    out +=
        ",\"x-api-key\":\"\",\"X-Forwarded-For\":\"\",\"x-restapi\":\"\"},\"multiValueHeaders\":{\"Host\":[";
    append_text(out, context.domain_name);
    out += "],\"x-api-key\":[\"\"],\"X-Forwarded-For\":[\"\"],\"x-restapi\":[\"\"]},";
    append_stage_variables(out, stage_variables);
    append_request_context(out, context);
    out += ",\"isBase64Encoded\":false}";
}

void add_forwarding_headers(Headers& headers,
                            std::string_view source_ip,
                            std::string_view port,
                            std::string_view proto,
                            std::string_view trace_id)
{
    std::string forwarded_for;
    std::erase_if(headers, [&](const Header& header) {
        if (text::iequals(header.name, "X-Forwarded-For")) {
            forwarded_for += header.value;
            forwarded_for += ", ";
            return true;
        }
        return text::iequals(header.name, "X-Forwarded-Port") ||
               text::iequals(header.name, "X-Forwarded-Proto") ||
               text::iequals(header.name, "X-Amzn-Trace-Id");
    });
    forwarded_for += source_ip;
    headers.push_back({"X-Amzn-Trace-Id", std::string(trace_id)});
    headers.push_back({"X-Forwarded-For", std::move(forwarded_for)});
    headers.push_back({"X-Forwarded-Port", std::string(port)});
    headers.push_back({"X-Forwarded-Proto", std::string(proto)});
}

}  // namespace postern::api
