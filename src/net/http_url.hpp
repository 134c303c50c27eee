// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace postern::net {

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
