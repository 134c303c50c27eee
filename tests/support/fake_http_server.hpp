// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_request.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::test {

/// What a server does with a request.
struct FakeReply {
    std::string bytes;
    bool closes = false;  ///< hangs up behind it
};

inline FakeReply http_reply(int status, const std::string& body, const std::string& headers = {})
{
    return {"HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\n" + headers + "\r\n" + body};
}

/// A port that refuses connections for as long as this lives: the kernel gives it to nobody else.
class NobodyThere {
public:
    explicit NobodyThere(boost::asio::io_context& io) : holder_(io, boost::asio::ip::tcp::v4())
    {
        holder_.bind({boost::asio::ip::address_v4::loopback(), 0});
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(holder_.local_endpoint().port()); }

private:
    boost::asio::ip::tcp::acceptor holder_;  // does not listen
};

/// An HTTP server on the test's own thread, with or without TLS, that says whatever a test wants. Nothing
/// happens but while the io_context runs.
class FakeHttpServer {
public:
    using Tcp = boost::asio::ip::tcp;

    explicit FakeHttpServer(boost::asio::io_context& io,
                            std::shared_ptr<boost::asio::ssl::context> tls = nullptr,
                            const std::string& address = "127.0.0.1")
        : acceptor_(io, Tcp::endpoint(boost::asio::ip::make_address(address), 0)), tls_(std::move(tls))
    {
        accept();
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    std::string url(const std::string& host = "127.0.0.1") const
    {
        return (tls_ ? "https://" : "http://") + host + ':' + std::to_string(port());
    }

    /// Nothing: the client waits.
    std::function<std::optional<FakeReply>(const net::HttpRequest&)> on_request =
        [](const net::HttpRequest&) { return http_reply(200, "{}"); };
    std::vector<net::HttpRequest> requests;
    int connections = 0;
    int ended = 0;  ///< connections that are no more

private:
    template <class Stream>
    struct Session : std::enable_shared_from_this<Session<Stream>> {
        template <class... Arguments>
        explicit Session(FakeHttpServer& owner, Arguments&&... arguments)
            : server(owner), stream(std::forward<Arguments>(arguments)...)
        {}

        void read()
        {
            stream.async_read_some(boost::asio::buffer(block),
                                   [self = this->shared_from_this()](auto error, std::size_t size) {
                                       if (error) return self->end();
                                       self->received.append(self->block.data(), size);
                                       self->process();
                                   });
        }
        void process()
        {
            using Status = net::RequestReader::Status;
            const Status status = reader->read(received);
            if (status == Status::NeedMore) return read();
            if (status != Status::Done) return end();
            server.requests.push_back(reader->request());
            reader = std::make_unique<net::RequestReader>(kHeaders, kBody);
            const auto reply = server.on_request(server.requests.back());
            if (!reply) return read();
            sending = reply->bytes;
            boost::asio::async_write(
                stream,
                boost::asio::buffer(sending),
                [self = this->shared_from_this(), closes = reply->closes](auto error, std::size_t) {
                    error || closes ? self->end() : self->process();
                });
        }
        void end()
        {
            boost::system::error_code ignored;
            // Closing waits until the client's end has heard of it.
            stream.lowest_layer().set_option(Tcp::socket::linger(true, 60), ignored);
            stream.lowest_layer().close(ignored);
            ++server.ended;
        }

        static constexpr std::size_t kHeaders = 64 * 1024;
        static constexpr std::size_t kBody = 8 * 1024 * 1024;
        FakeHttpServer& server;
        Stream stream;
        std::array<char, 4096> block{};
        std::string received;
        std::string sending;
        std::unique_ptr<net::RequestReader> reader = std::make_unique<net::RequestReader>(kHeaders, kBody);
    };

    void accept()
    {
        acceptor_.async_accept([this](auto error, Tcp::socket socket) {
            if (error) return;
            ++connections;
            if (tls_) {
                using Stream = boost::asio::ssl::stream<Tcp::socket>;
                auto session = std::make_shared<Session<Stream>>(*this, std::move(socket), *tls_);
                session->stream.async_handshake(
                    boost::asio::ssl::stream_base::server,
                    [session](auto failed) { failed ? session->end() : session->read(); });
            } else {
                std::make_shared<Session<Tcp::socket>>(*this, std::move(socket))->read();
            }
            accept();
        });
    }

    Tcp::acceptor acceptor_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
};

}  // namespace postern::test
