// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/settings.hpp"
#include "core/result.hpp"
#include "net/tcp.hpp"
#include "net/unique_fd.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace postern::app {

/// Listening sockets that the service manager opened for us (sd_listen_fds(3)); none without one. They stay
/// open for the process's life, so that a listener that a reload takes away can come back. Main thread.
///
/// A socket named `postern-PORT` (FileDescriptorName=) is for the listener configured with this port,
/// wherever it is bound; any other is for the listener of its address and port.
class ActivatedSockets {
public:
    ActivatedSockets() = default;

    /// Takes what LISTEN_FDS announces and removes the announcement from the environment: before other
    /// threads exist. BadInput when a descriptor is not a listening TCP socket.
    static Result<ActivatedSockets> take();

    bool has(const config::ListenerSettings& listener) const { return find(listener) != nullptr; }

    /// A descriptor of the listener's socket for each of `count` shards: they accept from one queue, whoever
    /// comes first. There must be one. Io when there are no descriptors left.
    Result<net::ListeningSockets> share(const config::ListenerSettings& listener, std::size_t count) const;

    /// The sockets that are for none of these listeners, for a message: whoever connects there would wait for
    /// ever.
    std::string unclaimed(const std::vector<config::ListenerSettings>& listeners) const;

private:
    struct Socket {
        net::UniqueFd fd;
        std::string name;
        net::BoundAddress bound;
        bool is_for(const config::ListenerSettings& listener) const;
    };
    const Socket* find(const config::ListenerSettings& listener) const;

    std::vector<Socket> sockets_;
};

}  // namespace postern::app
