// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/runtime_endpoint.hpp"

#include "integrations/lambda/invocation.hpp"
#include "integrations/lambda/system_failure.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <sys/socket.h>
#include <utility>

namespace postern::integrations::lambda {

namespace asio = boost::asio;
using boost::system::error_code;

RuntimeConnection::RuntimeConnection(TcpSocket socket, RuntimeListener& listener)
    : socket_(std::move(socket)), listener_(&listener)
{}

void RuntimeConnection::start()
{
    read();
}

void RuntimeConnection::read()
{
    socket_.async_read_some(asio::buffer(block_.get(), kBlockBytes),
                            [this, self = shared_from_this()](error_code error, std::size_t bytes) {
                                if (listener_ == nullptr) return;
                                if (error) return lose();
                                on_bytes({block_.get(), bytes});
                                if (listener_ != nullptr) read();
                            });
}

void RuntimeConnection::read_arrived()
{
    const auto self = shared_from_this();
    std::array<char, 16 * 1024> block;  // NOLINT(*-member-init): the kernel fills what is read
    while (listener_ != nullptr) {
        const ssize_t got = ::recv(socket_.native_handle(), block.data(), block.size(), MSG_DONTWAIT);
        if (got <= 0) return;
        on_bytes({block.data(), static_cast<std::size_t>(got)});
    }
}

void RuntimeConnection::on_bytes(std::string_view bytes)
{
    if (is_discarding_) return;
    // While a request is open a client has nothing to say; one that goes on all the same is bounded.
    if (is_answering_ && input_.size() > kBlockBytes) return lose();
    input_ += bytes;
    parse();
}

void RuntimeConnection::parse()
{
    while (listener_ != nullptr && !is_answering_ && !is_discarding_ && !input_.empty()) {
        if (!reader_) reader_.emplace(kHeaderBytesMax, api::kResultBytesMax);
        switch (reader_->read(input_)) {
            case net::RequestReader::Status::NeedMore:
                if (reader_->take_expectation()) {
                    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
                    ::send(socket_.native_handle(),
                           kContinue.data(),
                           kContinue.size(),
                           MSG_NOSIGNAL | MSG_DONTWAIT);
                }
                return;
            case net::RequestReader::Status::Malformed:
                return lose();
            case net::RequestReader::Status::BodyTooLarge:
                return on_too_large();
            case net::RequestReader::Status::Done:
                break;
        }
        net::HttpRequest request = reader_->take();
        reader_.reset();
        is_answering_ = true;
        closes_ = !request.keeps_alive;
        listener_->on_request(*this, std::move(request));
    }
}

void RuntimeConnection::on_too_large()
{
    // What is on its way is read and forgotten, for a client that is still writing would not see the answer
    // of a connection that was closed.
    is_discarding_ = true;
    input_ = {};
    listener_->on_too_large();
    if (listener_ == nullptr) return;
    head_ = runtime_answer_text(runtime_result_too_large(), true);
    send(true);
}

void RuntimeConnection::answer(const RuntimeAnswer& answer)
{
    head_ = runtime_answer_text(answer, closes_);
    send(false);
}

void RuntimeConnection::send_event(std::string head, std::string payload)
{
    head_ = std::move(head);
    payload_ = std::move(payload);
    send(false);
}

void RuntimeConnection::send(bool is_final)
{
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head_), asio::buffer(payload_)};
    asio::async_write(
        socket_, parts, [this, is_final, self = shared_from_this()](error_code error, std::size_t) {
            if (listener_ == nullptr) return;
            if (error) return lose();
            payload_ = {};
            if (is_final) return;
            if (closes_) return lose();
            is_answering_ = false;
            parse();
        });
}

void RuntimeConnection::lose()
{
    RuntimeListener* const listener = listener_;
    close();
    if (listener != nullptr) listener->on_lost(*this);
}

void RuntimeConnection::close()
{
    listener_ = nullptr;
    error_code ignored;
    socket_.close(ignored);
}

Result<std::shared_ptr<RuntimeEndpoint>> RuntimeEndpoint::listen(asio::io_context& io,
                                                                 RuntimeListener& listener)
{
    auto made = std::make_shared<RuntimeEndpoint>(io, listener);
    error_code error;
    const asio::ip::tcp::endpoint loopback(asio::ip::address_v4::loopback(), 0);
    made->acceptor_.open(loopback.protocol(), error);
    if (!error) made->acceptor_.bind(loopback, error);
    if (!error) made->acceptor_.listen(static_cast<int>(kConnectionsMax), error);
    if (!error) made->acceptor_.non_blocking(true, error);
    if (!error) made->port_ = made->acceptor_.local_endpoint(error).port();
    if (error) return Error(ErrorKind::Io, "no port for a Runtime API: " + text_of_failure(error.value()));
    made->accept();
    return made;
}

RuntimeEndpoint::RuntimeEndpoint(asio::io_context& io, RuntimeListener& listener)
    : acceptor_(io.get_executor()), listener_(&listener)
{}

void RuntimeEndpoint::accept()
{
    // Not async_accept: without descriptors it fails before anybody is there to be accepted.
    acceptor_.async_wait(TcpAcceptor::wait_read, [this, self = shared_from_this()](error_code error) {
        if (listener_ == nullptr) return;
        TcpSocket socket(acceptor_.get_executor());
        if (!error) acceptor_.accept(socket, error);
        if (error == asio::error::would_block || error == asio::error::connection_aborted) return accept();
        if (error) return listener_->on_accept_failed(text_of_failure(error.value()));
        add(std::move(socket));
        accept();
    });
}

void RuntimeEndpoint::add(TcpSocket socket)
{
    std::erase_if(connections_, [](const auto& connection) { return connection.expired(); });
    if (connections_.size() >= kConnectionsMax) return;
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    const auto connection = std::make_shared<RuntimeConnection>(std::move(socket), *listener_);
    connections_.push_back(connection);
    connection->start();
}

void RuntimeEndpoint::read_arrived()
{
    // Listeners may close the endpoint meanwhile.
    const std::vector<std::weak_ptr<RuntimeConnection>> connections = connections_;
    for (const auto& connection : connections) {
        if (const auto held = connection.lock()) held->read_arrived();
    }
}

void RuntimeEndpoint::close()
{
    listener_ = nullptr;
    error_code ignored;
    acceptor_.close(ignored);
    for (const auto& connection : connections_) {
        if (const auto held = connection.lock()) held->close();
    }
    connections_.clear();
}

}  // namespace postern::integrations::lambda
