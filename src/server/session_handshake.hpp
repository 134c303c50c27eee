// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/session.hpp"

namespace postern::server {

/// What a session holds until its 101: the request being read, and the handshake that $connect decides about.
struct Session::Handshake {
    explicit Handshake(const api::Limits& limits)
        : reader(limits.header_bytes_max, limits.message_bytes_max + kBodySlack)
    {}

    /// A body that is too large is still read up to here, so that its 413 leaves the HTTP connection usable.
    static constexpr std::size_t kBodySlack = 1024 * 1024;

    RequestReader reader;
    gateway::ConnectRequest connect;
    std::string accept;
    std::string extensions;
};

}  // namespace postern::server
