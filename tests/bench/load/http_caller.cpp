// SPDX-License-Identifier: Apache-2.0
#include "load/http_caller.hpp"

#include <cerrno>
#include <cstdlib>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace postern::bench {

HttpCaller::HttpCaller(const sockaddr_in& server) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) {
        ::close(fd_);
        throw std::system_error(errno, std::generic_category(), "connect");
    }
}

HttpCaller::~HttpCaller()
{
    ::close(fd_);
}

void HttpCaller::post(std::string_view target, std::string_view body)
{
    std::string request = "POST ";
    request.append(target).append(
        " HTTP/1.1\r\nhost: localhost\r\nuser-agent: aws-sdk-js/3.600.0 os/linux lang/js md/nodejs#20\r\n"
        "amz-sdk-invocation-id: 0f5a1b4e-7a43-4c1e-9ad1-4d6f0f5e3f10\r\namz-sdk-request: attempt=1; max=3\r\n"
        "content-type: application/octet-stream\r\nconnection: keep-alive\r\ncontent-length: ");
    request.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    // A request fits into an empty socket buffer.
    if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
        throw std::runtime_error("a request could not be sent");
    }
    is_waiting_ = true;
    answer_.clear();
}

bool HttpCaller::poll()
{
    char block[4096];
    const ssize_t got = ::recv(fd_, block, sizeof block, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return false;
    if (got <= 0) throw std::runtime_error("the server closed a caller's connection");
    answer_.append(block, static_cast<std::size_t>(got));
    const std::size_t end = answer_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    if (!answer_.starts_with("HTTP/1.1 200 ")) throw std::runtime_error("a caller got: " + answer_);
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t length = answer_.find(kLength);
    if (length >= end) throw std::runtime_error("an answer without a length: " + answer_);
    const auto body = std::strtoul(answer_.c_str() + length + kLength.size(), nullptr, 10);
    is_waiting_ = answer_.size() < end + 4 + body;
    return !is_waiting_;
}

}  // namespace postern::bench
