// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "net/unique_fd.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::net {

/// Listening sockets on one address and port, one for each shard.
struct ListeningSockets {
    std::uint16_t port = 0;  ///< the chosen one
    std::vector<UniqueFd> fds;
};

/// `address` "" means IPv6 and IPv4 alike. `port` 0 lets the kernel choose. `count` is at least 1. Io when
/// the address cannot be had, also when another process listens there: of several that want it at once at
/// most one gets it.
Result<ListeningSockets> listen_tcp(const std::string& address, std::uint16_t port, std::size_t count);

/// What a listening socket is bound to.
struct BoundAddress {
    std::string address;  ///< canonical; "" is any
    std::uint16_t port = 0;
};

/// Nothing when `fd` is not a listening TCP socket.
std::optional<BoundAddress> bound_address(int fd);

/// An address as BoundAddress spells it: "::" and "0.0.0.0" are "", "::01" is "::1".
std::string canonical_address(const std::string& address);

/// `count` descriptors of a listening socket that another made, and keeps: clients wait in one queue, and
/// whoever accepts first has them. Makes the socket non-blocking. Io when there are no descriptors left.
Result<ListeningSockets> share_listening(int fd, std::size_t count);

struct Accepted {
    int fd = -1;
    int error = 0;  ///< errno worth telling; 0 when nobody is waiting
    std::string source_ip;
};

/// Accepts one client: non-blocking, without Nagle's delay, with keep-alive so that half-open peers are
/// found.
Accepted accept_one(int listening_fd);

/// "127.0.0.1" and "::1" are; names, ports and brackets are not.
bool is_ip_address(std::string_view text);

/// Raises the soft limit of file descriptors to the hard one; returns it.
std::size_t raise_descriptor_limit();

}  // namespace postern::net
