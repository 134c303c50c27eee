// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "net/tcp.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace postern::app {

/// Listening sockets that the service manager opened for us (sd_listen_fds(3)); none without one. They stay
/// open for the process's life, so that a listener that a reload takes away can come back. Main thread.
class ActivatedSockets {
public:
    ActivatedSockets() = default;

    /// Takes what LISTEN_FDS announces and removes the announcement from the environment: before other
    /// threads exist. BadInput when a descriptor is not a listening TCP socket.
    static Result<ActivatedSockets> take();

    ~ActivatedSockets();
    ActivatedSockets(ActivatedSockets&& other) noexcept = default;
    ActivatedSockets& operator=(ActivatedSockets&& other) noexcept = default;

    /// The socket for a listener: the one named `postern-PORT` (FileDescriptorName=), else the one bound to
    /// this address and port; nothing when there is none. Each of `count` shards gets a descriptor of the
    /// same socket: they accept from one queue, whoever comes first.
    Result<std::optional<net::ListeningSockets>> claim(const std::string& address,
                                                       std::uint16_t port,
                                                       std::size_t count);

    /// Sockets that no listener has claimed: their clients would wait for ever. For a message.
    std::string unclaimed() const;

private:
    struct Socket {
        int fd = -1;
        std::string name;
        net::BoundAddress bound;
        bool is_claimed = false;
    };
    std::vector<Socket> sockets_;
};

}  // namespace postern::app
