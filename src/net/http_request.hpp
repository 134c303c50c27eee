// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/header.hpp"

#include <cstddef>
#include <functional>
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

/// How many bytes the body of a request may have. `head` is all of it but the body.
using BodyLimit = std::function<std::size_t(const HttpRequest& head)>;

/// Reads requests off a byte stream. Beast's parser checks the syntax; limits are the caller's.
class RequestReader {
public:
    RequestReader(std::size_t header_bytes_max, std::size_t body_bytes_max);
    RequestReader(std::size_t header_bytes_max, BodyLimit body_limit);
    ~RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    enum class Status { NeedMore, Done, Malformed, BodyTooLarge };

    /// Takes bytes from the front of `input`, which keeps what belongs to nobody yet.
    Status read(std::string& input);

    /// Complete when Done; without its body when BodyTooLarge.
    const HttpRequest& request() const { return request_; }

    /// The request that is Done, its body not copied; once.
    HttpRequest take() { return std::move(request_); }

    /// Frees the body of a request that is Done.
    void drop_body() { std::string().swap(request_.body); }

    /// A request has begun and is not complete.
    bool is_reading() const;

    /// True once when the client waits for "100 Continue" before it sends the body.
    bool take_expectation();

private:
    Status take_head();

    struct Parser;
    std::unique_ptr<Parser> parser_;
    BodyLimit body_limit_;
    HttpRequest request_;
    bool has_head_ = false;
    bool expectation_taken_ = false;
};

}  // namespace postern::net
