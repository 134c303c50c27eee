// SPDX-License-Identifier: Apache-2.0
#include "api/gateway_error.hpp"

#include "core/http_reason.hpp"
#include "core/json_text.hpp"
#include "core/text.hpp"
#include "core/time_text.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace postern::api {

namespace {

/// Long enough for a queue to empty or for another node to take over, short enough for people to wait.
constexpr std::chrono::seconds kRetryAfter{5};

constexpr std::string_view kBadRequestPage =
    "<html>\r\n"
    "<head><title>400 Bad Request</title></head>\r\n"
    "<body>\r\n"
    "<center><h1>400 Bad Request</h1></center>\r\n"
    "</body>\r\n"
    "</html>\r\n";

/// Field names that a handler's answer has no say in: the hop's (RFC 9110 section 7.6.1) and the gateway's.
constexpr std::array<std::string_view, 13> kOurs{"Connection",
                                                 "Keep-Alive",
                                                 "Proxy-Authenticate",
                                                 "Proxy-Authorization",
                                                 "Proxy-Connection",
                                                 "TE",
                                                 "Trailer",
                                                 "Transfer-Encoding",
                                                 "Upgrade",
                                                 "Date",
                                                 "Content-Type",
                                                 "Content-Length",
                                                 "x-amz-apigw-id"};

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view name)
{
    const auto is_token_char = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    };
    return !name.empty() && std::all_of(name.begin(), name.end(), is_token_char);
}

/// A value with one of these would end its line, and the next would be the handler's or its attacker's own.
bool is_one_line(std::string_view value)
{
    return value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool is_ours(std::string_view name)
{
    return std::any_of(
        kOurs.begin(), kOurs.end(), [&](std::string_view ours) { return text::iequals(ours, name); });
}

HttpReply make_reply(int status)
{
    HttpReply reply;
    reply.status = status;
    reply.reason = http_reason(status);
    return reply;
}

/// The five headers of a refusal by the pipeline; names in the casing in which they were captured.
HttpReply pipeline_reply(int status, std::string body, std::string_view request_id, EpochMillis now)
{
    HttpReply reply = make_reply(status);
    if (status == 304) body.clear();  // has none in HTTP
    reply.headers = {{"Date", time_text::http_date(now)},
                     {"content-type", "application/json; charset=UTF-8"},
                     {"content-length", std::to_string(body.size())},
                     {"connection", "keep-alive"},
                     {"x-amz-apigw-id", std::string(request_id)}};
    reply.body = std::move(body);
    return reply;
}

void append_line(std::string& out, std::string_view name, std::string_view value)
{
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

}  // namespace

int status_of(Refusal refusal)
{
    switch (refusal) {
        case Refusal::IntegrationFailed:
            return 502;
        case Refusal::NotInvocable:
            return 500;
        case Refusal::IntegrationTimeout:
            return 504;
        case Refusal::Throttled:
            return 429;
        case Refusal::NoRoute:
            return 403;
    }
    return 500;
}

std::string_view message_of(Refusal refusal)
{
    switch (refusal) {
        case Refusal::IntegrationFailed:
        case Refusal::NotInvocable:
            return "Internal server error";
        case Refusal::IntegrationTimeout:
            return "Endpoint request timed out";
        case Refusal::Throttled:
            return "Too Many Requests";
        case Refusal::NoRoute:
            return "Forbidden";
    }
    return {};
}

std::string_view response_type_of(Refusal refusal)
{
    switch (refusal) {
        case Refusal::IntegrationFailed:
            return "INTEGRATION_FAILURE";
        case Refusal::NotInvocable:
            return "API_CONFIGURATION_ERROR";
        case Refusal::IntegrationTimeout:
            return "INTEGRATION_TIMEOUT";
        case Refusal::Throttled:
            return "THROTTLED";
        case Refusal::NoRoute:
            return "DEFAULT_4XX";
    }
    return {};
}

std::string error_body(std::string_view message, std::string_view connection_id, std::string_view request_id)
{
    std::string out;
    out.reserve(64 + message.size() + connection_id.size() + request_id.size());
    out += "{\"message\": ";
    json::append_quoted(out, message);
    out += ", \"connectionId\":";
    json::append_quoted(out, connection_id);
    out += ", \"requestId\":";
    json::append_quoted(out, request_id);
    out += '}';
    return out;
}

std::string error_frame(Refusal refusal, std::string_view connection_id, std::string_view request_id)
{
    return error_body(message_of(refusal), connection_id, request_id);
}

HttpReply front_refusal(const FrontError& error,
                        std::string_view amzn_request_id,
                        std::string_view apigw_id,
                        EpochMillis now)
{
    HttpReply reply = make_reply(error.status);
    reply.headers = {{"Date", time_text::http_date(now)},
                     {"Content-Type", "application/json"},
                     {"Content-Length", std::to_string(error.body.size())},
                     {"Connection", "keep-alive"},
                     {"x-amzn-RequestId", std::string(amzn_request_id)},
                     {"x-amzn-ErrorType", std::string(error.error_type)},
                     {"x-amz-apigw-id", std::string(apigw_id)}};
    reply.body = error.body;
    return reply;
}

HttpReply pipeline_refusal(Refusal refusal,
                           std::string_view connection_id,
                           std::string_view request_id,
                           EpochMillis now)
{
    std::string body = error_frame(refusal, connection_id, request_id);
    return pipeline_reply(status_of(refusal), std::move(body), request_id, now);
}

HttpReply handler_refusal(int status_code,
                          std::string_view body,
                          std::span<const Header> headers,
                          std::string_view connection_id,
                          std::string_view request_id,
                          EpochMillis now)
{
    if (status_code < 300 || status_code > 599) {
        return pipeline_refusal(Refusal::IntegrationFailed, connection_id, request_id, now);
    }
    HttpReply reply = pipeline_reply(status_code, std::string(body), request_id, now);
    for (const Header& header : headers) {
        if (is_token(header.name) && is_one_line(header.value) && !is_ours(header.name)) {
            reply.headers.push_back(header);
        }
    }
    return reply;
}

HttpReply bad_request(EpochMillis now)
{
    HttpReply reply = make_reply(400);
    reply.headers = {
        {"Server", "awselb/2.0"},
        {"Date", time_text::http_date(now)},  // not in the capture; RFC 9110 section 6.6.1 wants it
        {"Content-Type", "text/html"},
        {"Content-Length", std::to_string(kBadRequestPage.size())},
        {"Connection", "close"}};
    reply.body = kBadRequestPage;
    reply.close = true;
    return reply;
}

HttpReply request_timeout(EpochMillis now)
{
    HttpReply reply = make_reply(408);
    reply.headers = {{"Date", time_text::http_date(now)}, {"Content-Length", "0"}, {"Connection", "close"}};
    reply.close = true;
    return reply;
}

HttpReply overloaded(EpochMillis now)
{
    HttpReply reply = make_reply(503);
    reply.body = R"({"message":"Service Unavailable"})";
    reply.headers = {{"Date", time_text::http_date(now)},
                     {"Content-Type", "application/json"},
                     {"Content-Length", std::to_string(reply.body.size())},
                     {"Connection", "keep-alive"},
                     {"Retry-After", std::to_string(kRetryAfter.count())}};
    return reply;
}

HttpReply upgrade_required(EpochMillis now)
{
    HttpReply reply = make_reply(426);
    reply.headers = {{"Date", time_text::http_date(now)},
                     {"Sec-WebSocket-Version", "13"},
                     {"Content-Length", "0"},
                     {"Connection", "keep-alive"}};
    return reply;
}

HttpReply healthy(EpochMillis now)
{
    HttpReply reply = make_reply(200);
    reply.body = "healthy";
    reply.headers = {{"Date", time_text::http_date(now)},
                     {"Content-Type", "text/plain"},
                     {"Content-Length", std::to_string(reply.body.size())},
                     {"Connection", "keep-alive"}};
    return reply;
}

HttpReply closing(HttpReply reply)
{
    reply.close = true;
    for (Header& header : reply.headers) {
        if (text::iequals(header.name, "Connection")) header.value = "close";
    }
    return reply;
}

std::string serialize(const HttpReply& reply)
{
    std::string out = "HTTP/1.1 " + std::to_string(reply.status) + " " + reply.reason + "\r\n";
    for (const Header& header : reply.headers) append_line(out, header.name, header.value);
    out += "\r\n";
    out += reply.body;
    return out;
}

std::string switching_protocols(std::string_view accept,
                                std::string_view protocol,
                                std::string_view extensions,
                                EpochMillis now)
{
    std::string out = "HTTP/1.1 101 Switching Protocols\r\n";
    append_line(out, "Date", time_text::http_date(now));
    append_line(out, "Connection", "upgrade");
    append_line(out, "upgrade", "websocket");
    append_line(out, "sec-websocket-accept", accept);
    if (!extensions.empty()) append_line(out, "sec-websocket-extensions", extensions);
    if (is_token(protocol)) append_line(out, "sec-websocket-protocol", protocol);
    out += "\r\n";
    return out;
}

}  // namespace postern::api
