// SPDX-License-Identifier: Apache-2.0
#include "net/http_connection.hpp"

#include "net/timer.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace postern::net {

namespace asio = boost::asio;
using boost::system::error_code;
using Kind = HttpFailure::Kind;

HttpConnection::HttpConnection(asio::io_context& io,
                               const std::shared_ptr<TlsClientContext>& tls,
                               std::size_t header_bytes_max,
                               std::size_t body_bytes_max)
    : stream_(make_client_stream(io, tls)),
      timer_(io.get_executor()),
      header_bytes_max_(header_bytes_max),
      body_bytes_max_(body_bytes_max)
{}

void HttpConnection::exchange(const HttpUrl& url,
                              std::string request,
                              std::chrono::milliseconds timeout,
                              Done done)
{
    request_ = std::move(request);
    write_problem_.clear();
    reader_.emplace(header_bytes_max_, body_bytes_max_);
    done_ = std::move(done);
    timer_.expires_after(timeout);
    timer_.async_wait([self = shared_from_this(), timeout](error_code cancelled) {
        if (cancelled || !self->done_ || !is_due(self->timer_)) return;
        const std::string time = std::to_string(timeout.count()) + " ms";
        if (self->is_open_) return self->fail(Kind::TimedOut, "has not answered in " + time);
        self->fail(Kind::Unreachable, "cannot be reached: no connection in " + time, false);
    });
    if (is_open_) return write();
    stream_->open(url.host, url.port, [self = shared_from_this()](const std::string& problem) {
        if (!self->done_) return;
        if (!problem.empty()) return self->fail(Kind::Unreachable, "cannot be reached: " + problem, false);
        self->is_open_ = true;
        self->write();
    });
}

void HttpConnection::write()
{
    stream_->write(
        asio::buffer(request_), [self = shared_from_this()](const error_code& error, std::size_t bytes) {
            if (!self->done_) return;
            if (error && bytes == 0)
                return self->fail(Kind::Broken, "closed the connection: " + error.message(), false);
            if (error) self->write_problem_ = error.message();
            self->read();
        });
}

void HttpConnection::read()
{
    stream_->read_some(asio::buffer(block_),
                       [self = shared_from_this()](const error_code& error, std::size_t bytes) {
                           if (self->done_) self->on_read(error, bytes);
                       });
}

void HttpConnection::on_read(const error_code& error, std::size_t bytes)
{
    if (!error) {
        received_.append(block_.data(), bytes);
        return take(reader_->read(received_));
    }
    if (error == asio::error::eof && reader_->end() == ResponseReader::Status::Done)
        return take(ResponseReader::Status::Done);
    if (!write_problem_.empty())
        return fail(Kind::Broken, "did not take the whole request: " + write_problem_);
    fail(Kind::Broken, "closed the connection before its answer was complete: " + error.message());
}

void HttpConnection::take(ResponseReader::Status status)
{
    switch (status) {
        case ResponseReader::Status::NeedMore:
            return read();
        case ResponseReader::Status::Malformed:
            return fail(Kind::Broken, "does not speak HTTP/1.1 there");
        case ResponseReader::Status::BodyTooLarge:
            return fail(Kind::TooLarge,
                        "answers with more than " + std::to_string(body_bytes_max_) + " bytes");
        case ResponseReader::Status::Done:
            break;
    }
    // Bytes behind an answer would be taken for the next one.
    const bool is_reusable = reader_->keeps_alive() && received_.empty() && write_problem_.empty();
    finish({reader_->take(), true, is_reusable});
}

void HttpConnection::fail(Kind kind, std::string why, bool was_sent)
{
    finish({HttpFailure{kind, std::move(why)}, was_sent, false});
}

void HttpConnection::finish(Exchange exchange)
{
    timer_.cancel();
    std::string().swap(request_);
    reader_.reset();
    const Done done = std::exchange(done_, nullptr);
    if (!exchange.is_reusable) close();
    done(std::move(exchange));
}

void HttpConnection::expire(std::chrono::milliseconds time, std::function<void()> expired)
{
    timer_.expires_after(time);
    timer_.async_wait([self = shared_from_this(), expired = std::move(expired)](error_code cancelled) {
        if (cancelled || self->done_ || !is_due(self->timer_)) return;
        self->close();
        expired();
    });
}

void HttpConnection::close()
{
    is_open_ = false;
    done_ = nullptr;
    timer_.cancel();
    stream_->close();
}

}  // namespace postern::net
