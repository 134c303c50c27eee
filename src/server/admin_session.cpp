// SPDX-License-Identifier: Apache-2.0
#include "server/admin_session.hpp"

#include "api/gateway_error.hpp"
#include "api/invocation.hpp"
#include "core/clock.hpp"
#include "core/http_reason.hpp"
#include "core/time_text.hpp"
#include "management/invoke_error.hpp"
#include "net/timer.hpp"

#include <boost/asio/write.hpp>

#include <utility>

namespace postern::server {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

management::AdminReply too_large(const HttpRequest& head, std::size_t body_bytes_max)
{
    if (management::is_invocation(head.target))
        return management::invoke_error::too_large(api::kPayloadBytesMax);
    return management::admin_error(413, "A body is at most " + std::to_string(body_bytes_max) + " bytes");
}

}  // namespace

AdminSession::AdminSession(Socket socket,
                           std::string source_ip,
                           const AdminServerOptions& options,
                           const management::AdminApi& api,
                           Invocations& invocations)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      source_ip_(std::move(source_ip)),
      options_(options),
      api_(api),
      invocations_(invocations)
{}

void AdminSession::start()
{
    next();
}

void AdminSession::finish()
{
    keeps_alive_ = false;
    if (state_ == State::Reading || state_ == State::Continuing) close();
}

void AdminSession::next()
{
    state_ = State::Reading;
    reader_.emplace(options_.header_bytes_max, [this](const HttpRequest& head) {
        return management::is_invocation(head.target) ? api::kPayloadBytesMax : options_.body_bytes_max;
    });
    is_idle_ = true;
    expect(options_.idle_timeout, [this] { close(); });
    process();
}

void AdminSession::read()
{
    socket_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](error_code error, std::size_t size) {
                                if (self->state_ != State::Reading) return;
                                if (error) return self->close();
                                self->received_.append(self->buffer_.data(), size);
                                self->process();
                            });
}

/// Takes one request off what has been received, or reads on.
void AdminSession::process()
{
    switch (reader_->read(received_)) {
        case RequestReader::Status::Done:
            return ask();
        case RequestReader::Status::BodyTooLarge:
            return refuse(too_large(reader_->request(), options_.body_bytes_max));
        case RequestReader::Status::Malformed:
            return refuse(management::admin_error(400, "This is no HTTP/1.1 request that can be read"));
        case RequestReader::Status::NeedMore:
            break;
    }
    if (is_idle_ && reader_->is_reading()) {
        is_idle_ = false;
        expect(options_.request_timeout, [this] {
            // A caller who does not take the interim response would not take this one either.
            if (state_ == State::Continuing) return close();
            refuse(management::admin_error(408, "The request took too long"));
        });
    }
    reader_->take_expectation() ? ask_for_body() : read();
}

/// The caller waits for the interim response before it sends its body (RFC 9110 section 10.1.1).
void AdminSession::ask_for_body()
{
    state_ = State::Continuing;
    asio::async_write(
        socket_, asio::buffer(kContinue), [self = shared_from_this()](error_code error, std::size_t) {
            if (self->state_ != State::Continuing) return;
            self->state_ = State::Reading;
            error ? self->close() : self->read();
        });
}

void AdminSession::ask()
{
    state_ = State::Asking;
    const HttpRequest& request = reader_->request();
    keeps_alive_ = keeps_alive_ && request.keeps_alive;
    const bool is_invocation = management::is_invocation(request.target);
    const std::uint64_t number = ++request_;
    expect(is_invocation ? options_.invocation_timeout : options_.answer_timeout, [this, number] {
        answer(number, management::admin_error(504, "The gateway did not answer in time"));
    });
    if (is_invocation) {
        if (!invocations_.has_room())
            return answer(number, management::invoke_error::throttled("ConcurrentInvocationLimitExceeded"));
        place_.emplace(invocations_);
    }
    hand_over();
    reader_->drop_body();  // a payload is not kept twice for as long as its function runs
}

void AdminSession::hand_over()
{
    const HttpRequest& request = reader_->request();
    const std::uint64_t number = request_;
    const auto done =
        [weak = weak_from_this(), executor = socket_.get_executor(), number](management::AdminReply reply) {
            asio::post(executor, [weak, number, reply = std::move(reply)] {
                if (const auto self = weak.lock()) self->answer(number, reply);
            });
        };
    api_.handle({request.method, request.target, request.headers, request.body, source_ip_}, done);
}

void AdminSession::answer(std::uint64_t request, const management::AdminReply& reply)
{
    if (request != request_ || state_ != State::Asking) return;
    write(reply, reader_->request().method != "HEAD");
}

/// What cannot be read ends the connection: where the next request begins is not known.
void AdminSession::refuse(const management::AdminReply& reply)
{
    keeps_alive_ = false;
    write(reply, true);
}

void AdminSession::write(const management::AdminReply& reply, bool with_body)
{
    state_ = State::Writing;
    place_.reset();
    api::HttpReply http;
    http.status = reply.status;
    http.reason = http_reason(reply.status);
    http.headers.push_back({"Date", time_text::http_date(SystemClock().wall())});
    if (!reply.content_type.empty()) http.headers.push_back({"Content-Type", reply.content_type});
    if (reply.status != 204) http.headers.push_back({"Content-Length", std::to_string(reply.body.size())});
    if (!reply.allow.empty()) http.headers.push_back({"Allow", reply.allow});
    http.headers.insert(http.headers.end(), reply.headers.begin(), reply.headers.end());
    http.headers.push_back({"Cache-Control", "no-store"});
    http.headers.push_back({"Connection", keeps_alive_ ? "keep-alive" : "close"});
    if (with_body) http.body = reply.body;
    sending_ = api::serialize(http);
    expect(options_.idle_timeout, [this] { close(); });
    asio::async_write(
        socket_, asio::buffer(sending_), [self = shared_from_this()](error_code error, std::size_t) {
            if (error) return self->close();
            self->keeps_alive_ ? self->next() : self->end();
        });
}

/// Closing a socket with unread bytes resets the connection, and the answer would be lost on its way: what
/// the peer still sends is dropped until it has seen our end, for as long as a request may take to come.
void AdminSession::end()
{
    state_ = State::Ending;
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    expect(options_.request_timeout, [this] { close(); });
    skip();
}

void AdminSession::skip()
{
    socket_.async_read_some(
        asio::buffer(buffer_),
        [self = shared_from_this()](error_code error, std::size_t) { error ? self->close() : self->skip(); });
}

void AdminSession::close()
{
    state_ = State::Ending;
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
}

/// One deadline at a time: the new one is instead of the old one.
void AdminSession::expect(std::chrono::milliseconds time, std::function<void()> otherwise)
{
    timer_.expires_after(time);
    timer_.async_wait([self = shared_from_this(), otherwise = std::move(otherwise)](error_code error) {
        if (!error && self->socket_.is_open() && net::is_due(self->timer_)) otherwise();
    });
}

}  // namespace postern::server
