// SPDX-License-Identifier: Apache-2.0
#include "app/health_check.hpp"

#include "app/cli.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cstdio>

namespace postern::app {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr std::chrono::seconds kPatience{2};

struct Target {
    std::string host;
    std::string port = "80";
    std::string path = "/";
};

/// http://HOST[:PORT][/PATH]
bool parse_url(std::string_view url, Target& target)
{
    constexpr std::string_view kScheme = "http://";
    if (!url.starts_with(kScheme)) return false;
    url.remove_prefix(kScheme.size());
    const std::size_t slash = url.find('/');
    if (slash != std::string_view::npos) target.path = url.substr(slash);
    const std::string_view authority = url.substr(0, slash);
    const std::size_t colon = authority.rfind(':');
    target.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) target.port = authority.substr(colon + 1);
    return !target.host.empty();
}

int failed(const std::string& url, const std::string& why)
{
    std::fprintf(stderr, "%s: %s\n", url.c_str(), why.c_str());
    return kExitFailed;
}

}  // namespace

int check_health(const std::string& url)
{
    Target target;
    if (!parse_url(url, target)) return failed(url, "http://HOST:PORT/PATH expected");
    asio::io_context io;
    asio::ip::tcp::resolver resolver(io);
    boost::system::error_code error;
    const auto addresses = resolver.resolve(target.host, target.port, error);
    if (error) return failed(url, error.message());

    beast::tcp_stream stream(io);
    beast::flat_buffer buffer;
    beast::http::response<beast::http::string_body> response;
    const std::string request = "GET " + target.path + " HTTP/1.1\r\nHost: " + target.host + ":" +
                                target.port + "\r\nConnection: close\r\n\r\n";
    stream.expires_after(kPatience);
    const auto on_read = [&](boost::system::error_code read_error, std::size_t) { error = read_error; };
    const auto on_write = [&](boost::system::error_code write_error, std::size_t) {
        error = write_error;
        if (!error) beast::http::async_read(stream, buffer, response, on_read);
    };
    stream.async_connect(addresses,
                         [&](boost::system::error_code connect_error, const asio::ip::tcp::endpoint&) {
                             error = connect_error;
                             if (!error) asio::async_write(stream, asio::buffer(request), on_write);
                         });
    io.run();
    if (error) return failed(url, error.message());
    return response.result_int() == 200 ? 0 : failed(url, "status " + std::to_string(response.result_int()));
}

}  // namespace postern::app
