// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace postern::net {

/// "HOST:PORT" of a URL: an IPv6 address is in brackets (RFC 3986 section 3.2.2).
std::string authority(std::string_view host, std::string_view port);

/// Where an HTTP server is.
struct HttpUrl {
    bool is_tls = false;
    std::string host;  ///< without brackets
    std::string port = "80";
    std::string path = "/";  ///< and query
    std::string authority;   ///< as in the Host header

    /// http://HOST[:PORT][/PATH] or https://...; anything else is BadInput.
    static Result<HttpUrl> parse(std::string_view url);

    /// "https://HOST:PORT", for messages.
    std::string origin() const { return (is_tls ? "https://" : "http://") + authority; }
};

}  // namespace postern::net
