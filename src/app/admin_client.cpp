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

Result<HttpUrl> parse_plain_url(std::string_view url)
{
    auto parsed = HttpUrl::parse(url);
    if (parsed && !parsed->is_tls) return parsed;
    return Error(ErrorKind::BadInput, "http://HOST:PORT expected, not \"" + std::string(url) + '"');
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
    HttpAnswer out;
    out.status = static_cast<int>(answer.get().result_int());
    for (const auto& field : answer.get())
        out.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    out.body = std::move(answer.get().body());
    return out;
}

Result<HttpAnswer> AdminClient::call(const AdminCall& call) const
{
    HttpUrl url = url_;
    while (url.path.ends_with('/')) url.path.pop_back();
    url.path += call.target;
    api::Headers headers = call.headers;
    if (key_) {
        const std::size_t mark = url.path.find('?');
        const std::string path = url.path.substr(0, mark);
        const std::string query = mark == std::string::npos ? "" : url.path.substr(mark + 1);
        headers.push_back({"Host", url.authority});
        const api::Headers added = api::sigv4::sign({call.method, path, query, headers, call.body},
                                                    *key_,
                                                    {region_, call.service},
                                                    SystemClock().wall());
        headers.pop_back();  // http_call() has its own
        headers.insert(headers.end(), added.begin(), added.end());
    }
    return http_call(url, call.method, headers, call.body, call.patience);
}

}  // namespace postern::app
