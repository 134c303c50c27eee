// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace postern::net {

class TlsClientContext;

/// A connection to a server, plain or TLS behind one interface, so that the templates behind it are compiled
/// once. One operation at a time, on the io_context's thread; none completes inside the call that begins it.
/// Whoever is called when it completes keeps the stream alive until then.
class ClientStream {
public:
    using Done = std::function<void(const boost::system::error_code& error, std::size_t bytes)>;
    using Opened = std::function<void(const std::string& problem)>;

    virtual ~ClientStream() = default;

    /// Resolves, connects, and shakes hands. `problem` is "" when the stream is open.
    virtual void open(const std::string& host, const std::string& port, Opened done) = 0;
    virtual void read_some(boost::asio::mutable_buffer into, Done done) = 0;

    /// All of `bytes`, or an error and how many have gone.
    virtual void write(boost::asio::const_buffer bytes, Done done) = 0;

    /// Nothing has arrived that nobody asked for, neither bytes nor the end.
    virtual bool is_quiet() = 0;

    /// What is going on ends with an error.
    virtual void close() = 0;
};

/// `tls` null: plain TCP.
std::unique_ptr<ClientStream> make_client_stream(boost::asio::io_context& io,
                                                 const std::shared_ptr<TlsClientContext>& tls);

}  // namespace postern::net
