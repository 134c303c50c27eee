// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/event.hpp"
#include "api/header.hpp"
#include "management/path.hpp"
#include "net/http_request.hpp"

namespace postern::server {

using net::HttpRequest;
using net::RequestReader;

/// What a request wants, decided in one function.
enum class RequestKind {
    Upgrade,       ///< a correct WebSocket handshake
    BadUpgrade,    ///< asks for one, but its key is missing or malformed
    WrongVersion,  ///< Sec-WebSocket-Version is not 13
    Health,        ///< GET /ping: whether this listener takes clients
    Connections,   ///< @connections, and what stands beside it when extensions are on
    Plain,         ///< anything else
    Malformed,     ///< not exactly one Host, two Authorization headers, a URL over AWS's limit
};
RequestKind classify(const HttpRequest& request,
                     management::Extensions extensions = management::Extensions::Off);

}  // namespace postern::server
