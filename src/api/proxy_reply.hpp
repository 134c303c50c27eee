// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/header.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>

namespace postern::api {

/// What a handler's Lambda-proxy answer says.
struct ProxyReply {
    int status_code = 200;           ///< 100 to 599
    std::string body;                ///< decoded
    bool is_base64_encoded = false;  ///< the body came as base64: it may be any bytes
    Headers headers;                 ///< headers and multiValueHeaders together
};

/// Reads an answer as AWS does. Malformed ones (not an object, a top-level key that AWS does not know,
/// statusCode missing or not a number of 100 to 599, a body that is not a string) are BadInput: the client
/// then gets "Internal server error" (spec data-plane 4, captures 1.3).
Result<ProxyReply> parse_proxy_reply(std::string_view json);

}  // namespace postern::api
