// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/client_stream.hpp"
#include "net/http_exchange.hpp"
#include "net/http_url.hpp"

#include <boost/asio/basic_waitable_timer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace postern::net {

/// One connection to an HTTP/1.1 server: a request, its answer, the next. On the io_context's thread; kept
/// alive by what it waits for.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
public:
    HttpConnection(boost::asio::io_context& io,
                   const std::shared_ptr<TlsClientContext>& tls,
                   std::size_t header_bytes_max,
                   std::size_t body_bytes_max);

    struct Exchange {
        HttpOutcome outcome;
        bool was_sent = true;      ///< the server may have seen some of the request
        bool is_reusable = false;  ///< another may follow
    };
    using Done = std::function<void(Exchange)>;

    /// Sends `request`, the bytes of one, and reads the answer; opens the connection first when it is new.
    /// `timeout` is for all of that. `done` is called once, not inside the call.
    void exchange(const HttpUrl& url, std::string request, std::chrono::milliseconds timeout, Done done);

    /// Between two exchanges: whether the server still holds the connection, as far as one can know.
    bool is_usable() { return is_open_ && stream_->is_quiet(); }

    /// Between two exchanges: closes the connection after `time`, then calls `expired`.
    void expire(std::chrono::milliseconds time, std::function<void()> expired);

    /// For good; of an exchange that is going on nobody hears any more.
    void close();

private:
    using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                                    boost::asio::io_context::executor_type>;

    void write();
    void read();
    void on_read(const boost::system::error_code& error, std::size_t bytes);
    void take(ResponseReader::Status status);
    void fail(HttpFailure::Kind kind, std::string why, bool was_sent = true);
    void finish(Exchange exchange);

    std::unique_ptr<ClientStream> stream_;
    Timer timer_;
    const std::size_t header_bytes_max_;
    const std::size_t body_bytes_max_;
    bool is_open_ = false;
    std::string request_;
    std::string write_problem_;  ///< the request was cut off; the server may have said why
    std::optional<ResponseReader> reader_;
    std::array<char, 16 * 1024> block_{};
    std::string received_;
    Done done_;  ///< of the exchange that is going on
};

}  // namespace postern::net
