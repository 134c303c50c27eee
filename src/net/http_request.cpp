// SPDX-License-Identifier: Apache-2.0
#include "net/http_request.hpp"

#include "core/text.hpp"
#include "net/http_parsing.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>

namespace postern::net {

namespace http = boost::beast::http;

namespace {

std::string to_string(boost::beast::string_view s)
{
    return {s.data(), s.size()};
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const
{
    for (const Header& field : headers) {
        if (text::iequals(field.name, name)) return field.value;
    }
    return {};
}

std::size_t HttpRequest::count(std::string_view name) const
{
    return static_cast<std::size_t>(std::count_if(headers.begin(), headers.end(), [&](const Header& field) {
        return text::iequals(field.name, name);
    }));
}

struct RequestReader::Parser : http::request_parser<http::string_body> {};

RequestReader::RequestReader(std::size_t header_bytes_max, std::size_t body_bytes_max)
    : RequestReader(header_bytes_max, [body_bytes_max](const HttpRequest&) { return body_bytes_max; })
{}

RequestReader::RequestReader(std::size_t header_bytes_max, BodyLimit body_limit)
    : parser_(std::make_unique<Parser>()), body_limit_(std::move(body_limit))
{
    parser_->header_limit(static_cast<std::uint32_t>(header_bytes_max));
    parser_->body_limit(boost::none);  // until the head is there
}

RequestReader::~RequestReader() = default;

RequestReader::Status RequestReader::read(std::string& input)
{
    while (!input.empty() && !parser_->is_done()) {
        switch (feed(*parser_, input)) {
            case Fed::NeedMore:
                return Status::NeedMore;
            case Fed::BodyTooLarge:
                return Status::BodyTooLarge;
            case Fed::Malformed:
                return Status::Malformed;
            case Fed::Some:
                break;
        }
        if (!has_head_ && parser_->is_header_done()) {
            const Status status = take_head();
            if (status != Status::NeedMore) return status;
        }
    }
    if (!parser_->is_done()) return Status::NeedMore;
    request_.body = std::move(parser_->get().body());
    return Status::Done;
}

bool RequestReader::is_reading() const
{
    return parser_->got_some() && !parser_->is_done();
}

bool RequestReader::take_expectation()
{
    if (expectation_taken_ || !parser_->is_header_done() || parser_->is_done()) return false;
    expectation_taken_ = text::iequals(to_string(parser_->get()[http::field::expect]), "100-continue");
    return expectation_taken_;
}

/// NeedMore when the body may come.
RequestReader::Status RequestReader::take_head()
{
    has_head_ = true;
    const http::request<http::string_body>& parsed = parser_->get();
    request_.method = to_string(parsed.method_string());
    request_.target = to_string(parsed.target());
    const std::size_t mark = request_.target.find('?');
    const auto path = text::percent_decode(std::string_view(request_.target).substr(0, mark));
    if (!path || !request_.target.starts_with('/') || parsed.version() != 11) return Status::Malformed;
    // The parser takes a body in any other coding for none, and its bytes for the next request.
    const auto coding = parsed.find(http::field::transfer_encoding);
    if (coding != parsed.end() && !text::iequals(to_string(coding->value()), "chunked"))
        return Status::Malformed;
    request_.path = *path;
    if (mark != std::string::npos) request_.query = request_.target.substr(mark + 1);
    for (const auto& field : parsed) {
        request_.headers.push_back({to_string(field.name_string()), to_string(field.value())});
    }
    request_.host = request_.header("Host");
    request_.keeps_alive = parsed.keep_alive();

    const std::size_t body_bytes_max = body_limit_(request_);
    const auto announced = parser_->content_length();
    if (announced && *announced > body_bytes_max) return Status::BodyTooLarge;
    parser_->body_limit(body_bytes_max);
    parser_->eager(true);
    return Status::NeedMore;
}

}  // namespace postern::net
