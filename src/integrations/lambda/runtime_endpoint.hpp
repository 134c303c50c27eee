// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "integrations/lambda/runtime_api.hpp"
#include "net/http_request.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::integrations::lambda {

using TcpSocket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
using TcpAcceptor =
    boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

class RuntimeConnection;

/// Who is told what an instance sends. Called on the functions' thread.
class RuntimeListener {
public:
    /// Each request is to be answered once, now or later, by answer() or send_event() of the connection.
    virtual void on_request(RuntimeConnection& connection, net::HttpRequest request) = 0;
    /// The body of a request is larger than a result may be; the connection has answered that itself.
    virtual void on_too_large() = 0;
    /// The connection has gone; called also when none of its requests is open.
    virtual void on_lost(RuntimeConnection& connection) = 0;
    /// No other connection will be accepted, with the remedy.
    virtual void on_accept_failed(const std::string& why) = 0;

protected:
    ~RuntimeListener() = default;
};

/// One HTTP/1.1 connection of an instance to its Runtime API. Lives on the functions' thread, for as long as
/// an operation of its socket is open.
class RuntimeConnection : public std::enable_shared_from_this<RuntimeConnection> {
public:
    RuntimeConnection(TcpSocket socket, RuntimeListener& listener);

    void start();
    void answer(const RuntimeAnswer& answer);
    void send_event(std::string head, std::string payload);

    /// Reads what has already arrived, without waiting: the process has ended and its last words count.
    void read_arrived();
    /// The listener is not told of anything any more.
    void close();

private:
    void read();
    void on_bytes(std::string_view bytes);
    void parse();
    void on_too_large();
    void send(bool is_final);
    void lose();

    static constexpr std::size_t kBlockBytes = 64 * 1024;
    static constexpr std::size_t kHeaderBytesMax = 16 * 1024;

    TcpSocket socket_;
    RuntimeListener* listener_;  ///< null once it is closed
    std::unique_ptr<char[]> block_{new char[kBlockBytes]};
    std::string input_;
    std::optional<net::RequestReader> reader_;  ///< of the request that is being read
    bool is_answering_ = false;                 ///< a request is open: the next one waits
    bool is_discarding_ = false;                ///< what comes belongs to a request that was refused
    bool closes_ = false;                       ///< the client wants no other request on it
    std::string head_;                          ///< what is being sent
    std::string payload_;
};

/// The Runtime API of one instance: a port of its own on 127.0.0.1, chosen by the kernel. Lives on the
/// functions' thread.
class RuntimeEndpoint : public std::enable_shared_from_this<RuntimeEndpoint> {
public:
    static constexpr std::size_t kConnectionsMax = 16;  ///< at a time; more are hung up on

    /// Io when no port can be had.
    static Result<std::shared_ptr<RuntimeEndpoint>> listen(boost::asio::io_context& io,
                                                           RuntimeListener& listener);

    RuntimeEndpoint(boost::asio::io_context& io, RuntimeListener& listener);

    std::uint16_t port() const { return port_; }
    void read_arrived();
    void close();

private:
    void accept();
    void add(TcpSocket socket);

    TcpAcceptor acceptor_;
    RuntimeListener* listener_;
    std::uint16_t port_ = 0;
    std::vector<std::weak_ptr<RuntimeConnection>> connections_;
};

}  // namespace postern::integrations::lambda
