// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/header.hpp"
#include "core/result.hpp"
#include "net/http_exchange.hpp"
#include "net/http_url.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace postern::net {

struct HttpClientOptions {
    std::size_t connections_max = 10;               ///< at once
    std::size_t waiting_max = 1000;                 ///< requests that may wait for one; beyond: Busy
    std::size_t header_bytes_max = 32 * 1024;       ///< of an answer
    std::size_t body_bytes_max = 10 * 1024 * 1024;  ///< of an answer; beyond: TooLarge
    /// How long a connection is kept for the next request. Shorter than servers keep it (Node.js: 5 s): a
    /// request that meets a closing server is lost.
    std::chrono::milliseconds idle_time{4'000};
    std::string ca_file;  ///< PEM with the roots to trust; "" the system's
};

struct HttpCall {
    std::string method = "POST";
    std::string target = "/";  ///< path and query, encoded
    Headers headers;           ///< all but Host, Content-Length and Connection
    std::string body;
    std::chrono::milliseconds timeout{30'000};  ///< from the moment that a connection is free for it
    /// Asked while it waits for a connection: what is not wanted any more is not sent. None: it always is.
    std::function<bool()> is_wanted = {};
};

/// HTTP/1.1 to one server, over a few connections that are kept alive. A request goes out once: it is tried
/// again, on a new connection, only when a kept one took nothing of it. All on the io_context's thread.
class HttpClient {
public:
    /// BadInput when the roots to trust cannot be read.
    static Result<std::unique_ptr<HttpClient>> make(boost::asio::io_context& io,
                                                    HttpUrl url,
                                                    const HttpClientOptions& options);

    /// Requests that are on their way or waiting end as Broken ones.
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Called once, not inside call().
    using Done = std::function<void(HttpOutcome)>;
    void call(const HttpCall& call, Done done);

private:
    class Pool;
    explicit HttpClient(std::shared_ptr<Pool> pool);

    std::shared_ptr<Pool> pool_;
};

}  // namespace postern::net
