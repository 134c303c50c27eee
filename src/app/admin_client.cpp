// SPDX-License-Identifier: Apache-2.0
#include "app/admin_client.hpp"

#include "core/clock.hpp"
#include "core/text.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <utility>

namespace postern::app {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::uint64_t kAnswerBytesMax = 64 * 1024 * 1024;
constexpr std::chrono::minutes kPatience{3};  // a reload loads plugins

std::string request_text(const HttpUrl& url,
                         std::string_view method,
                         const api::Headers& headers,
                         std::string_view body)
{
    std::string out(method);
    out.append(1, ' ').append(url.path).append(" HTTP/1.1\r\nHost: ").append(url.authority).append("\r\n");
    for (const api::Header& header : headers)
        out.append(header.name).append(": ").append(header.value).append("\r\n");
    if (!body.empty() || method == "POST") out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return out.append("Connection: close\r\n\r\n").append(body);
}

}  // namespace

Result<HttpUrl> HttpUrl::parse(std::string_view url)
{
    constexpr std::string_view kScheme = "http://";
    const Error wrong(ErrorKind::BadInput, "http://HOST:PORT expected, not \"" + std::string(url) + '"');
    if (!url.starts_with(kScheme)) return wrong;
    // What would break the request's lines is no URL.
    for (const char c : url) {
        if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return wrong;
    }
    std::string_view rest = url.substr(kScheme.size());
    HttpUrl out;
    const std::size_t slash = rest.find('/');
    if (slash != std::string_view::npos) out.path = rest.substr(slash);
    rest = rest.substr(0, slash);
    out.authority = rest;
    const std::size_t bracket = rest.find(']');
    const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
    std::string_view host = rest.substr(0, colon);
    if (colon != std::string_view::npos) out.port = rest.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    out.host = host;
    if (out.host.empty() || out.port.empty()) return wrong;
    return out;
}

Result<HttpAnswer> http_call(const HttpUrl& url,
                             std::string_view method,
                             const api::Headers& headers,
                             std::string_view body,
                             std::chrono::milliseconds patience)
{
    const auto failed = [&](const error_code& why) {
        return Error(ErrorKind::Io, "http://" + url.authority + ": " + why.message());
    };
    asio::io_context io;
    asio::ip::tcp::resolver resolver(io);
    error_code error;
    const auto addresses = resolver.resolve(url.host, url.port, error);
    if (error) return failed(error);

    beast::tcp_stream stream(io);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> answer;
    answer.body_limit(kAnswerBytesMax);
    const std::string request = request_text(url, method, headers, body);
    stream.expires_after(patience);
    const auto on_read = [&](error_code read_error, std::size_t) { error = read_error; };
    const auto read = [&] { http::async_read(stream, buffer, answer, on_read); };
    const auto on_write = [&](error_code write_error, std::size_t) {
        // Whoever refuses a request may say why before all of it is sent.
        error = write_error;
        if (!error || error == asio::error::broken_pipe || error == asio::error::connection_reset) read();
    };
    stream.async_connect(addresses, [&](error_code connect_error, const asio::ip::tcp::endpoint&) {
        error = connect_error;
        if (!error) asio::async_write(stream, asio::buffer(request), on_write);
    });
    io.run();
    if (error) return failed(error);
    return HttpAnswer{static_cast<int>(answer.get().result_int()), std::move(answer.get().body())};
}

Result<HttpAnswer> AdminClient::call(std::string_view method,
                                     std::string_view target,
                                     std::string_view body) const
{
    HttpUrl url = url_;
    while (url.path.ends_with('/')) url.path.pop_back();
    url.path += target;
    api::Headers headers;
    if (key_) {
        const std::size_t mark = url.path.find('?');
        const std::string path = url.path.substr(0, mark);
        const std::string query = mark == std::string::npos ? "" : url.path.substr(mark + 1);
        const api::Headers host{{"Host", url.authority}};
        headers = api::sigv4::sign({method, path, query, host, body}, *key_, scope_, SystemClock().wall());
    }
    return http_call(url, method, headers, body, kPatience);
}

}  // namespace postern::app
