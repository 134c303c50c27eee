// SPDX-License-Identifier: Apache-2.0
// A peer to measure against: the usual way to write a WebSocket echo with Beast. One thread, callbacks, one
// websocket::stream per connection with its default options (no timeouts, no compression), one message at a
// time. usage: beast_echo PORT [CERTIFICATE KEY]
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

/// One connection; its pending operation owns it.
template <class Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
public:
    template <class... Arguments>
    explicit Session(tcp::socket socket, Arguments&... arguments) : socket_(std::move(socket), arguments...)
    {}

    void start()
    {
        if constexpr (std::is_same_v<Stream, TlsStream>) {
            socket_.next_layer().async_handshake(asio::ssl::stream_base::server, next(&Session::accept));
        } else {
            accept({});
        }
    }

private:
    void accept(error_code error)
    {
        if (!error) socket_.async_accept(next(&Session::read));
    }

    void read(error_code error)
    {
        if (!error) socket_.async_read(buffer_, next_sized(&Session::write));
    }

    void write(error_code error, std::size_t)
    {
        if (error) return;
        socket_.text(socket_.got_text());
        socket_.async_write(buffer_.data(), next_sized(&Session::written));
    }

    void written(error_code error, std::size_t size)
    {
        buffer_.consume(size);
        read(error);
    }

    auto next(void (Session::*step)(error_code))
    {
        return beast::bind_front_handler(step, this->shared_from_this());
    }

    auto next_sized(void (Session::*step)(error_code, std::size_t))
    {
        return beast::bind_front_handler(step, this->shared_from_this());
    }

    beast::websocket::stream<Stream> socket_;
    beast::flat_buffer buffer_;
};

class Listener {
public:
    Listener(asio::io_context& context, std::uint16_t port, std::optional<asio::ssl::context>& tls)
        : acceptor_(context), tls_(tls)
    {
        const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(asio::socket_base::reuse_address(true));
        acceptor_.bind(endpoint);
        acceptor_.listen();
    }

    void accept()
    {
        acceptor_.async_accept([this](error_code error, tcp::socket socket) {
            if (!error) serve(std::move(socket));
            accept();
        });
    }

private:
    void serve(tcp::socket socket)
    {
        error_code ignored;  // the client may be gone already; its next operation will tell
        socket.set_option(tcp::no_delay(true), ignored);
        if (tls_) {
            std::make_shared<Session<TlsStream>>(std::move(socket), *tls_)->start();
        } else {
            std::make_shared<Session<PlainStream>>(std::move(socket))->start();
        }
    }

    tcp::acceptor acceptor_;
    std::optional<asio::ssl::context>& tls_;
};

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 2 && argc != 4) {
        std::fputs("usage: beast_echo PORT [CERTIFICATE KEY]\n", stderr);
        return 2;
    }
    try {
        std::optional<asio::ssl::context> tls;
        if (argc == 4) {
            tls.emplace(asio::ssl::context::tls_server);
            tls->use_certificate_chain_file(argv[2]);
            tls->use_private_key_file(argv[3], asio::ssl::context::pem);
        }
        asio::io_context context(1);
        Listener listener(context, static_cast<std::uint16_t>(std::atoi(argv[1])), tls);
        listener.accept();
        context.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "beast_echo: %s\n", error.what());
        return 1;
    }
}
