// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/header.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace postern::net {

/// One HTTP/1.1 request as the gateway needs it.
struct HttpRequest {
    std::string method;
    std::string path;   ///< percent-decoded
    std::string query;  ///< behind '?', as sent
    std::string host;
    Headers headers;  ///< in the client's order and casing
    std::string body;
    std::string target;  ///< as it came over the wire: signatures are made of it
    bool keeps_alive = true;

    /// The first header of that name, or empty.
    std::string_view header(std::string_view name) const;
    std::size_t count(std::string_view name) const;
};

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

    /// The request that is Done, its body not copied; once.
    HttpRequest take() { return std::move(request_); }

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

}  // namespace postern::net
