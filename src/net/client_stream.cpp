// SPDX-License-Identifier: Apache-2.0
#include "net/client_stream.hpp"

#include "net/tls_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>
#include <utility>

namespace postern::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

class PlainStream : public ClientStream {
public:
    explicit PlainStream(asio::io_context& io) : socket_(io.get_executor()), resolver_(io.get_executor()) {}

    void open(const std::string& host, const std::string& port, Opened done) override
    {
        resolver_.async_resolve(
            host, port, [this, host, done = std::move(done)](error_code error, const auto& addresses) {
                if (error) return done("its name " + host + " is not known: " + error.message());
                connect(addresses, done);
            });
    }

    void read_some(asio::mutable_buffer into, Done done) override
    {
        socket_.async_read_some(into, std::move(done));
    }

    void write(asio::const_buffer bytes, Done done) override
    {
        asio::async_write(socket_, bytes, std::move(done));
    }

    bool is_quiet() override
    {
        char byte = 0;
        const ssize_t got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }

    void close() override
    {
        error_code ignored;
        resolver_.cancel();
        socket_.close(ignored);
    }

protected:
    using Executor = asio::io_context::executor_type;
    using Socket = asio::basic_stream_socket<tcp, Executor>;

    Socket socket_;

private:
    void connect(const tcp::resolver::results_type& addresses, const Opened& done)
    {
        asio::async_connect(socket_, addresses, [this, done](error_code error, const tcp::endpoint&) {
            if (error) return done(error.message());
            error_code ignored;
            socket_.set_option(tcp::no_delay(true), ignored);
            done({});
        });
    }

    asio::ip::basic_resolver<tcp, Executor> resolver_;
};

class EncryptedStream final : public PlainStream {
public:
    EncryptedStream(asio::io_context& io, std::shared_ptr<TlsClientContext> context)
        : PlainStream(io), context_(std::move(context)), stream_(socket_, context_->native())
    {}

    void open(const std::string& host, const std::string& port, Opened done) override
    {
        expect_host(stream_.native_handle(), host);
        PlainStream::open(host, port, [this, done = std::move(done)](const std::string& problem) {
            if (!problem.empty()) return done(problem);
            stream_.async_handshake(asio::ssl::stream_base::client, [this, done](error_code error) {
                done(error ? handshake_problem(error) : std::string());
            });
        });
    }

    void read_some(asio::mutable_buffer into, Done done) override
    {
        stream_.async_read_some(into, std::move(done));
    }

    void write(asio::const_buffer bytes, Done done) override
    {
        asio::async_write(stream_, bytes, std::move(done));
    }

private:
    std::string handshake_problem(const error_code& error)
    {
        const std::string certificate = certificate_problem(stream_.native_handle());
        return certificate.empty() ? "TLS: " + error.message()
                                   : "its certificate is not trusted: " + certificate;
    }

    std::shared_ptr<TlsClientContext> context_;
    asio::ssl::stream<Socket&> stream_;
};

}  // namespace

std::unique_ptr<ClientStream> make_client_stream(asio::io_context& io,
                                                 const std::shared_ptr<TlsClientContext>& tls)
{
    if (tls != nullptr) return std::make_unique<EncryptedStream>(io, tls);
    return std::make_unique<PlainStream>(io);
}

}  // namespace postern::net
