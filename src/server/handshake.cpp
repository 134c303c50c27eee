// SPDX-License-Identifier: Apache-2.0
#include "server/handshake.hpp"

#include "api/limits.hpp"
#include "core/base64.hpp"
#include "core/text.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>

namespace postern::server {

namespace http = boost::beast::http;

namespace {

std::string to_string(boost::beast::string_view s)
{
    return {s.data(), s.size()};
}

bool has_token(const HttpRequest& request, std::string_view name, std::string_view token)
{
    for (const api::Header& header : request.headers) {
        if (!text::iequals(header.name, name)) continue;
        for (const std::string_view item : text::split(header.value, ',')) {
            if (text::iequals(text::trim(item), token)) return true;
        }
    }
    return false;
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const
{
    for (const api::Header& field : headers) {
        if (text::iequals(field.name, name)) return field.value;
    }
    return {};
}

std::size_t HttpRequest::count(std::string_view name) const
{
    return static_cast<std::size_t>(
        std::count_if(headers.begin(), headers.end(), [&](const api::Header& field) {
            return text::iequals(field.name, name);
        }));
}

RequestKind classify(const HttpRequest& request)
{
    // Spec captures 1.1: AWS's front refuses two Authorization headers as broken HTTP.
    if (request.count("Authorization") > 1 || request.count("Host") != 1) return RequestKind::Malformed;
    if (request.path.size() + request.query.size() + 1 > api::kUrlBytesMax) return RequestKind::Malformed;
    const bool wants_upgrade = request.method == "GET" && has_token(request, "Connection", "upgrade") &&
                               has_token(request, "Upgrade", "websocket");
    if (!wants_upgrade) {
        return request.method == "GET" && request.path == "/ping" ? RequestKind::Health : RequestKind::Plain;
    }
    if (text::trim(request.header("Sec-WebSocket-Version")) != "13") return RequestKind::WrongVersion;
    const auto key = base64::decode(text::trim(request.header("Sec-WebSocket-Key")));
    if (!key || key->size() != 16 || request.count("Sec-WebSocket-Key") != 1) return RequestKind::BadUpgrade;
    return RequestKind::Upgrade;
}

struct RequestReader::Parser : http::request_parser<http::empty_body> {};

RequestReader::RequestReader(std::size_t header_bytes_max) : parser_(std::make_unique<Parser>())
{
    parser_->header_limit(static_cast<std::uint32_t>(header_bytes_max));
    parser_->eager(false);
}

RequestReader::~RequestReader() = default;

RequestReader::Status RequestReader::read(std::string& input)
{
    while (!input.empty() && !parser_->is_header_done()) {
        boost::system::error_code error;
        const std::size_t used = parser_->put(boost::asio::const_buffer(input.data(), input.size()), error);
        input.erase(0, used);
        if (error == http::error::need_more || (!error && used == 0)) return Status::NeedMore;
        if (error) return Status::Malformed;
    }
    if (!parser_->is_header_done()) return Status::NeedMore;

    const http::request<http::empty_body>& parsed = parser_->get();
    request_.method = to_string(parsed.method_string());
    const std::string target = to_string(parsed.target());
    const std::size_t mark = target.find('?');
    const auto path = text::percent_decode(target.substr(0, mark));
    if (!path || !target.starts_with('/') || parsed.version() != 11) return Status::Malformed;
    request_.path = *path;
    if (mark != std::string::npos) request_.query = target.substr(mark + 1);
    for (const auto& field : parsed) {
        request_.headers.push_back({to_string(field.name_string()), to_string(field.value())});
    }
    request_.host = request_.header("Host");
    request_.keeps_alive = parsed.keep_alive();
    request_.has_body = parsed.chunked() || (parser_->content_length() && *parser_->content_length() > 0);
    return Status::Done;
}

}  // namespace postern::server
