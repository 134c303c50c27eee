// SPDX-License-Identifier: Apache-2.0
#include "net/tcp.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace postern::net {

namespace {

constexpr int kBacklog = 4096;
// A peer that vanished without a word: probed after a minute of silence, given up after 30 seconds without an
// answer.
constexpr int kKeepAliveIdleSeconds = 60;
constexpr int kKeepAliveIntervalSeconds = 10;
constexpr int kKeepAliveProbes = 3;
constexpr unsigned kUserTimeoutMs = 30'000;

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

std::optional<Address> parse_address(const std::string& text, std::uint16_t port)
{
    Address address;
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    if (text.empty() || inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        address.size = sizeof(*v6);
        return address;
    }
    if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) != 1) return std::nullopt;
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size = sizeof(*v4);
    return address;
}

void set_option(int fd, int level, int name, int value)
{
    ::setsockopt(fd, level, name, &value, sizeof(value));
}

/// -1 with errno when the address cannot be had.
int bind_one(const Address& address, bool is_dual, bool shares_port)
{
    const int fd = ::socket(address.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (shares_port) set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (address.get()->sa_family == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, is_dual ? 0 : 1);
    if (::bind(fd, address.get(), address.size) == 0) return fd;
    const int why = errno;
    ::close(fd);
    errno = why;
    return -1;
}

std::uint16_t port_of(int fd)
{
    Address bound;
    bound.size = sizeof(bound.storage);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound.storage), &bound.size);
    // The port stands at the same place in both families.
    return ntohs(reinterpret_cast<const sockaddr_in*>(&bound.storage)->sin_port);
}

std::string ip_text(const sockaddr_storage& from)
{
    char text[INET6_ADDRSTRLEN] = "";
    if (from.ss_family == AF_INET) {
        inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(from).sin_addr, text, sizeof(text));
        return text;
    }
    const in6_addr& v6 = reinterpret_cast<const sockaddr_in6&>(from).sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
        inet_ntop(AF_INET, &v6.s6_addr[12], text, sizeof(text));
    } else {
        inet_ntop(AF_INET6, &v6, text, sizeof(text));
    }
    return text;
}

}  // namespace

Result<ListeningSockets> listen_tcp(const std::string& address, std::uint16_t port, std::size_t count)
{
    const auto failed = [&](const std::string& what) {
        return Error(ErrorKind::Io,
                     "cannot listen on " + (address.empty() ? std::string("*") : address) + ":" +
                         std::to_string(port) + ": " + what);
    };
    std::optional<Address> wanted = parse_address(address, port);
    if (!wanted) return failed("not an IP address");

    // SO_REUSEPORT would let a second gateway share our port without a word. So the first socket listens
    // without it, which only one can do, and lets the others in afterwards: the port is never anybody else's
    // in between.
    const bool is_dual = address.empty();
    UniqueFd first(bind_one(*wanted, is_dual, false));
    std::string shown = address;
    if (first.get() < 0 && is_dual && errno == EAFNOSUPPORT) {  // no IPv6 on this machine
        shown = "0.0.0.0";
        wanted = parse_address(shown, port);
        first = UniqueFd(bind_one(*wanted, false, false));
    }
    if (first.get() < 0 || ::listen(first.get(), kBacklog) != 0) return failed(std::strerror(errno));
    if (count > 1) set_option(first.get(), SOL_SOCKET, SO_REUSEPORT, 1);

    ListeningSockets sockets;
    sockets.port = port_of(first.get());
    sockets.fds.push_back(std::move(first));
    wanted = parse_address(shown, sockets.port);
    while (sockets.fds.size() < count) {
        UniqueFd next(bind_one(*wanted, is_dual, true));
        if (next.get() < 0 || ::listen(next.get(), kBacklog) != 0) return failed(std::strerror(errno));
        sockets.fds.push_back(std::move(next));
    }
    return sockets;
}

std::optional<BoundAddress> bound_address(int fd)
{
    int is_listening = 0;
    socklen_t option_size = sizeof(is_listening);
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &option_size) != 0 || is_listening == 0) {
        return std::nullopt;
    }
    sockaddr_storage bound{};
    socklen_t size = sizeof(bound);
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return std::nullopt;
    if (bound.ss_family != AF_INET && bound.ss_family != AF_INET6) return std::nullopt;
    return BoundAddress{canonical_address(ip_text(bound)), port_of(fd)};
}

std::string canonical_address(const std::string& address)
{
    const std::optional<Address> parsed = parse_address(address, 0);
    if (!parsed) return address;
    const std::string text = ip_text(parsed->storage);
    return text == "::" || text == "0.0.0.0" ? "" : text;
}

Result<ListeningSockets> share_listening(int fd, std::size_t count)
{
    ListeningSockets sockets;
    sockets.port = port_of(fd);
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);  // of the socket: all its descriptors have it
    for (std::size_t i = 0; i < count; ++i) {
        const int shared = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (shared < 0) {
            return Error(ErrorKind::Io,
                         std::string("cannot share a listening socket: ") + std::strerror(errno));
        }
        sockets.fds.emplace_back(shared);
    }
    return sockets;
}

Accepted accept_one(int listening_fd)
{
    sockaddr_storage from{};
    socklen_t size = sizeof(from);
    const int fd =
        ::accept4(listening_fd, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        const bool is_ordinary =
            errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNABORTED;
        return {-1, is_ordinary ? 0 : errno, {}};
    }
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveIdleSeconds);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, kKeepAliveIntervalSeconds);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, kKeepAliveProbes);
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(kUserTimeoutMs));
    return {fd, 0, ip_text(from)};
}

bool is_ip_address(std::string_view text)
{
    return !text.empty() && parse_address(std::string(text), 0).has_value();
}

std::size_t raise_descriptor_limit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    if (limit.rlim_cur < limit.rlim_max) {
        rlimit raised = limit;
        raised.rlim_cur = raised.rlim_max;
        if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    }
    return static_cast<std::size_t>(limit.rlim_cur);
}

}  // namespace postern::net
