// SPDX-License-Identifier: Apache-2.0
#include "api/execution_log.hpp"

#include "core/json_text.hpp"
#include "core/text.hpp"
#include "core/time_text.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace postern::api {

namespace {

constexpr std::string_view kTruncated = " [TRUNCATED]";

constexpr std::array<std::string_view, 8> kSecretHeaders{"Authorization",
                                                         "Proxy-Authorization",
                                                         "Cookie",
                                                         "Set-Cookie",
                                                         "x-api-key",
                                                         "X-Amz-Security-Token",
                                                         "X-Auth-Token",
                                                         "X-Csrf-Token"};

constexpr std::array<std::string_view, 19> kSecretParameters{"token",
                                                             "access_token",
                                                             "accessToken",
                                                             "id_token",
                                                             "idToken",
                                                             "refresh_token",
                                                             "refreshToken",
                                                             "authorization",
                                                             "auth",
                                                             "jwt",
                                                             "password",
                                                             "secret",
                                                             "client_secret",
                                                             "signature",
                                                             "sig",
                                                             "api_key",
                                                             "apikey",
                                                             "x-api-key",
                                                             "authToken"};

constexpr std::string_view kSigV4Prefix = "X-Amz-";  // of a presigned URL

template <class Names>
bool is_one_of(const Names& names, std::string_view name)
{
    return std::any_of(
        names.begin(), names.end(), [&](std::string_view one) { return text::iequals(one, name); });
}

/// Where the `characters`-th character of UTF-8 text begins; its size when it has no more.
std::size_t end_of(std::string_view text, std::size_t characters)
{
    if (text.size() <= characters) return text.size();
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_first_byte = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
        if (is_first_byte && characters-- == 0) return at;
    }
    return text.size();
}

/// Without line breaks and the like; tabs and everything beyond ASCII stay.
void append_one_line(std::string& out, std::string_view text)
{
    for (const char c : text) {
        const bool is_control = static_cast<unsigned char>(c) < 0x20 && c != '\t';
        if (is_control) {
            json::append_escaped(out, std::string_view(&c, 1));
        } else {
            out += c;
        }
    }
}

}  // namespace

template <class... Parts>
void ExecutionLog::line(Parts... parts)
{
    const auto view = [](const auto& part) { return std::string_view(part); };
    std::string text = "(";
    text += subject_.request_id;
    text += ") ";
    // More than can be shown need not be copied.
    for (const std::string_view part : {view(parts)...}) {
        if (text.size() <= 4 * kLineCharactersMax) text += part.substr(0, 4 * kLineCharactersMax + 1);
    }
    if (!text::is_utf8(text)) text = text::to_utf8_lossy(text);
    const std::size_t end = end_of(text, kLineCharactersMax);
    out_ += time_text::iso8601(now_);
    out_ += ' ';
    append_one_line(out_, std::string_view(text).substr(0, end));
    if (end < text.size()) out_ += kTruncated;
    out_ += '\n';
}

void ExecutionLog::begin()
{
    const auto& [id, api, stage, route, connection] = subject_;
    line("Extended Request Id: ", id);
    line("Verifying Usage Plan for request: ", id, ". API Key:  API Stage: ", api, "/", stage);
    line("API Key  authorized because route '",
         route,
         "' does not require API Key. Request will not contribute to throttle or quota limits");
    line("Usage Plan check succeeded for API Key  and API Stage ", api, "/", stage);
    line("Starting execution for request: ", id);
    line("WebSocket Request Route: [", route, "]");
}

void ExecutionLog::connecting(std::string_view user_agent, std::string_view source_ip)
{
    line("Client [UserAgent: ",
         user_agent,
         ", SourceIp: ",
         source_ip,
         "] is connecting to WebSocket API [",
         subject_.api_id,
         "].");
}

void ExecutionLog::received_message()
{
    line("WebSocket API [",
         subject_.api_id,
         "] received message from client [Connection Id: ",
         subject_.connection_id,
         "].");
}

void ExecutionLog::message(std::string_view event)
{
    line("WebSocket API [",
         subject_.api_id,
         "] received message from client [",
         subject_.connection_id,
         "]. Message: [",
         event,
         "].");
}

void ExecutionLog::request(std::string_view uri, const Headers& headers, std::string_view body)
{
    line("Endpoint request URI: ", uri);
    if (!headers.empty()) headers_line("Endpoint request headers: {", headers);
    line("Endpoint request body after transformations: ", body);
    line("Sending request to ", uri);
}

void ExecutionLog::response(int status,
                            std::int64_t latency_ms,
                            const Headers& headers,
                            std::string_view body)
{
    line("Received response. Status: ",
         std::to_string(status),
         ", Integration latency: ",
         std::to_string(latency_ms),
         " ms");
    headers_line("Endpoint response headers: {", headers);
    line("Endpoint response body before transformations: ", body);
}

void ExecutionLog::function_response(std::int64_t latency_ms,
                                     std::string_view lambda_request_id,
                                     bool has_failed,
                                     std::string_view payload)
{
    Headers headers{{"Date", time_text::http_date(now_)},
                    {"Content-Type", "application/json"},
                    {"Content-Length", std::to_string(payload.size())},
                    {"Connection", "keep-alive"},
                    {"x-amzn-RequestId", std::string(lambda_request_id)}};
    if (has_failed) headers.push_back({"X-Amz-Function-Error", "Unhandled"});
    headers.push_back({"x-amzn-Remapped-Content-Length", "0"});
    headers.push_back({"X-Amz-Executed-Version", "$LATEST"});
    response(200, latency_ms, headers, payload);
}

void ExecutionLog::headers_line(std::string_view what, const Headers& headers)
{
    std::string list;
    for (const Header& header : headers) {
        if (!list.empty()) list += ", ";
        list += header.name;
        list += '=';
        list += is_secret_header(header.name) ? kRedacted : std::string_view(header.value);
    }
    line(what, list, "}");
}

void ExecutionLog::timed_out()
{
    line("Execution failed due to a timeout error");
}

void ExecutionLog::failed(std::string_view why)
{
    line("Execution failed due to configuration error: ", why);
}

void ExecutionLog::function_failed(std::string_view message, std::string_view lambda_request_id)
{
    line("Lambda execution failed with status 200 due to customer function error: ",
         message,
         ". Lambda request id: ",
         lambda_request_id);
}

void ExecutionLog::endpoint_request_id(std::string_view id)
{
    line("AWS Integration Endpoint RequestId : ", id);
}

void ExecutionLog::connected()
{
    line("Client [Connection Id: ",
         subject_.connection_id,
         "] connected to API [",
         subject_.api_id,
         "] successfully.");
}

void ExecutionLog::refused(int status)
{
    line("Client [Connection Id: ",
         subject_.connection_id,
         "] failed to connect to API [",
         subject_.api_id,
         "] with response status code [",
         std::to_string(status),
         "].");
}

void ExecutionLog::sent(int status)
{
    line("Message from client [Connection Id: ",
         subject_.connection_id,
         "] sent to API [",
         subject_.api_id,
         "] with response status code [",
         std::to_string(status),
         "].");
}

void ExecutionLog::disconnected(int status, std::uint16_t code, std::string_view reason)
{
    line("Client [Connection Id: ",
         subject_.connection_id,
         "] disconnected from API [",
         subject_.api_id,
         "] with integration response status code [",
         std::to_string(status),
         "]. Close reason: [",
         std::to_string(code),
         ": ",
         reason,
         "]");
}

bool is_secret_header(std::string_view name)
{
    return is_one_of(kSecretHeaders, name);
}

bool is_secret_parameter(std::string_view name)
{
    return is_one_of(kSecretParameters, name) ||
           text::iequals(name.substr(0, kSigV4Prefix.size()), kSigV4Prefix);
}

Headers redacted(const Headers& headers)
{
    Headers copy = headers;
    for (Header& header : copy) {
        if (is_secret_header(header.name)) header.value = kRedacted;
    }
    return copy;
}

std::vector<QueryParameter> redacted(const std::vector<QueryParameter>& query)
{
    std::vector<QueryParameter> copy = query;
    for (QueryParameter& parameter : copy) {
        if (is_secret_parameter(parameter.name)) parameter.value = kRedacted;
    }
    return copy;
}

}  // namespace postern::api
