// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_response.hpp"

#include <string>
#include <variant>

namespace postern::net {

/// Why there is no answer.
struct HttpFailure {
    enum class Kind {
        Unwanted,     ///< its caller has not waited for its turn; it was not sent
        Busy,         ///< every connection is taken, and as many callers wait as may
        Unreachable,  ///< no name, no connection, no TLS: the server has seen nothing of the request
        TimedOut,     ///< connected, but no answer
        Broken,       ///< the connection ended too early, or what came is no HTTP
        TooLarge,     ///< the answer
    };
    Kind kind = Kind::Broken;
    std::string why;  ///< behind the name of the server: "refuses connections"
};

using HttpOutcome = std::variant<HttpResponse, HttpFailure>;

}  // namespace postern::net
