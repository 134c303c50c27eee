// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "net/unique_fd.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace postern::net {

/// Listening sockets on one address and port, one for each shard.
struct ListeningSockets {
    std::uint16_t port = 0;  ///< the chosen one
    std::vector<UniqueFd> fds;
};

/// `address` "" means IPv6 and IPv4 alike. `port` 0 lets the kernel choose. Io when the address cannot be
/// had, also when another process listens there.
Result<ListeningSockets> listen_tcp(const std::string& address, std::uint16_t port, std::size_t count);

struct Accepted {
    int fd = -1;
    int error = 0;  ///< errno worth telling; 0 when nobody is waiting
    std::string source_ip;
};

/// Accepts one client: non-blocking, without Nagle's delay, with keep-alive so that half-open peers are
/// found.
Accepted accept_one(int listening_fd);

/// Raises the soft limit of file descriptors to the hard one; returns it.
std::size_t raise_descriptor_limit();

}  // namespace postern::net
