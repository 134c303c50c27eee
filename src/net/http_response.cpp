// SPDX-License-Identifier: Apache-2.0
#include "net/http_response.hpp"

#include "net/http_parsing.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstdint>
#include <utility>

namespace postern::net {

namespace http = boost::beast::http;

std::string_view HttpResponse::header(std::string_view name) const
{
    const Header* found = find_header(headers, name);
    return found == nullptr ? std::string_view() : std::string_view(found->value);
}

struct ResponseReader::Parser : http::response_parser<http::string_body> {};

ResponseReader::ResponseReader(std::size_t header_bytes_max, std::size_t body_bytes_max)
    : header_bytes_max_(header_bytes_max), body_bytes_max_(body_bytes_max)
{
    restart();
}

ResponseReader::~ResponseReader() = default;

void ResponseReader::restart()
{
    parser_ = std::make_unique<Parser>();
    parser_->header_limit(static_cast<std::uint32_t>(header_bytes_max_));
    parser_->body_limit(body_bytes_max_);
}

ResponseReader::Status ResponseReader::read(std::string& input)
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
        if (!parser_->is_header_done()) continue;
        parser_->eager(true);
        constexpr unsigned kSwitchingProtocols = 101;  // nobody has asked for that
        const unsigned status = parser_->get().result_int();
        if (status == kSwitchingProtocols) return Status::Malformed;
        if (status < 200) restart();
    }
    if (!parser_->is_done()) return Status::NeedMore;
    keeps_alive_ = parser_->keep_alive();
    return Status::Done;
}

ResponseReader::Status ResponseReader::end()
{
    boost::system::error_code error;
    if (parser_->got_some()) parser_->put_eof(error);
    keeps_alive_ = false;
    return !error && parser_->is_done() ? Status::Done : Status::Malformed;
}

HttpResponse ResponseReader::take()
{
    http::response<http::string_body>& parsed = parser_->get();
    HttpResponse out;
    out.status = static_cast<int>(parsed.result_int());
    for (const auto& field : parsed)
        out.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    out.body = std::move(parsed.body());
    return out;
}

}  // namespace postern::net
