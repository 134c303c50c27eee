// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/event.hpp"
#include "api/header.hpp"
#include "management/path.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace postern::server {

/// One HTTP/1.1 request as the gateway needs it.
struct HttpRequest {
    std::string method;
    std::string path;   ///< percent-decoded
    std::string query;  ///< behind '?', as sent
    std::string host;
    api::Headers headers;  ///< in the client's order and casing
    std::string body;
    std::string target;  ///< as it came over the wire: signatures are made of it
    bool keeps_alive = true;

    /// The first header of that name, or empty.
    std::string_view header(std::string_view name) const;
    std::size_t count(std::string_view name) const;
};

/// What a request wants, decided in one function.
enum class RequestKind {
    Upgrade,       ///< a correct WebSocket handshake
    BadUpgrade,    ///< asks for one, but its key is missing or malformed
    WrongVersion,  ///< Sec-WebSocket-Version is not 13
    Health,        ///< GET /ping, as AWS's front answers it
    Connections,   ///< @connections, and what stands beside it when extensions are on
    Plain,         ///< anything else
    Malformed,     ///< two Authorization headers, a URL over AWS's limit
};
RequestKind classify(const HttpRequest& request,
                     management::Extensions extensions = management::Extensions::Off);

/// Reads requests off a byte stream. Beast's parser checks the syntax; limits are the caller's.
class RequestReader {
public:
    RequestReader(std::size_t header_bytes_max, std::size_t body_bytes_max);
    ~RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    enum class Status { NeedMore, Done, Malformed, BodyTooLarge };

    /// Takes bytes from the front of `input`, which keeps what belongs to nobody yet.
    Status read(std::string& input);

    const HttpRequest& request() const { return request_; }

    /// A request has begun and is not complete.
    bool is_reading() const;

    /// True once when the client waits for "100 Continue" before it sends the body.
    bool take_expectation();

private:
    Status finish();

    struct Parser;
    std::unique_ptr<Parser> parser_;
    HttpRequest request_;
    bool expectation_taken_ = false;
};

}  // namespace postern::server
