// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/session.hpp"

namespace postern::server {

/// What a session holds until its 101: the request being read, and the handshake that $connect decides about.
struct Session::Handshake {
    explicit Handshake(std::size_t header_bytes_max) : reader(header_bytes_max) {}

    RequestReader reader;
    gateway::ConnectRequest connect;
    std::string accept;
    std::string extensions;
};

}  // namespace postern::server
