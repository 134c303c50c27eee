// SPDX-License-Identifier: Apache-2.0
#include "server/session.hpp"

#include "connections/shared_message.hpp"
#include "core/log.hpp"
#include "server/session_handshake.hpp"
#include "server/shard_server.hpp"

#include <exception>

namespace postern::server {

Session::Session(ShardServer& server,
                 const Listener& listener,
                 int fd,
                 std::string source_ip,
                 std::unique_ptr<AddressTable::Place> place)
    : server_(server),
      channel_(server.shard(), fd, *this, listener.tls),
      port_(listener.port),
      place_(std::move(place)),
      handshake_(std::make_unique<Handshake>(server.limits()))
{
    info_.source_ip = std::move(source_ip);
    set_timeout(server_.limits().handshake_timeout);
}

Session::~Session()
{
    server_.shard().seconds().cancel(deadline_);
}

/// Nothing here throws by design; whatever does is a bug of ours. It costs this connection, or it would come
/// again with each turn.
template <class Work>
void Session::guarded(Work work)
{
    try {
        work();
    } catch (const std::exception& failure) {
        log::error(
            "connection.exception",
            {{"what", failure.what()}, {"source_ip", info_.source_ip}, {"connection_id", info_.id.view()}});
        if (state_ == State::Connecting) return leave_connecting();
        lost();
    }
}

void Session::on_ready(net::Readiness ready)
{
    guarded([&] { use(ready); });
}

void Session::on_turn_end()
{
    is_queued_ = false;
    guarded([this] {
        flush();
        resume();
    });
}

void Session::on_deadline()
{
    deadline_ = net::TimerWheel::kNone;
    guarded([this] { meet_deadline(); });
}

void Session::use(net::Readiness ready)
{
    if (state_ == State::Dead) return;
    if (ready.writable && !channel_.on_writable()) return lost();
    if (ready.writable && (state_ == State::Open || state_ == State::Request))
        queue();  // room again for what waits
    if (!ready.readable && !ready.failed) return;
    switch (state_) {
        case State::Request:
            if (!is_request_held()) return read_request();
            if (ready.failed) die();
            return;
        case State::Answering:
            return die();  // nothing is read meanwhile: this is the caller's end
        case State::Connecting:
            return leave_connecting();  // nothing is read before the verdict: this is the peer's end
        case State::Open:
            if (!is_held()) return read_frames();
            channel_.want_read(false);  // memory has become short since
            if (ready.failed) lost();
            return;
        case State::Closing: {
            const auto read =
                channel_.read(server_.shard().buffers().input.get(), net::SharedBuffers::kInputBytes);
            if (read.status != net::Channel::Status::Ok) die();
            return;
        }
        case State::Dead:
            return;
    }
}

connections::PostResult Session::send(std::string_view payload, bool is_binary)
{
    const connections::PostResult result = take_message(payload.size());
    if (result != connections::PostResult::Delivered) return result;
    append(is_binary ? net::ws::Opcode::Binary : net::ws::Opcode::Text, payload);
    return result;
}

connections::PostResult Session::send_shared(const connections::SharedMessage& message)
{
    const connections::PostResult result = take_message(message.text().size());
    if (result != connections::PostResult::Delivered) return result;
    append_shared(message);
    return result;
}

/// Whether `bytes` more may wait for the client. What nobody has tried to send yet says nothing about how it
/// reads: that is sent first.
bool Session::has_room(std::size_t bytes)
{
    const std::size_t bytes_max = server_.limits().outbox_bytes_max;
    if (unsent_bytes() + bytes <= bytes_max) return true;
    if (state_ != State::Open || queued_.empty()) return false;
    if (!channel_.write(queued_)) lost();
    return unsent_bytes() + bytes <= bytes_max;
}

/// Whether one more message of `bytes` may be appended. Who reads too slowly is closed.
connections::PostResult Session::take_message(std::size_t bytes)
{
    const bool is_full = !has_room(bytes);
    if (state_ == State::Connecting && !peer_lost_ &&
        server_.limits().post_inside_connect == api::PostInsideConnect::Queue) {
        return is_full ? connections::PostResult::LimitExceeded : connections::PostResult::Delivered;
    }
    if (state_ != State::Open) return connections::PostResult::Gone;
    if (is_full) {
        server_.counts().hit(observability::Limit::OutboxBytes);
        log::warn("connection.slow_reader",
                  {{"connection_id", info_.id.view()},
                   {"source_ip", info_.source_ip},
                   {"unsent_bytes", unsent_bytes()}});
        close(api::kSlowReader.code, api::kSlowReader.text);
        return connections::PostResult::LimitExceeded;
    }
    active_at_ = server_.shard().now();
    return connections::PostResult::Delivered;
}

void Session::close(std::uint16_t code, std::string_view reason)
{
    if (state_ != State::Open) return;
    append_close(code, reason);
    start_closing();
    end(code, reason);
}

EpochMillis Session::last_active_at() const
{
    return info_.connected_at + (active_at_ - connected_at_);
}

/// $disconnect, once for each connection that was admitted.
void Session::end(std::uint16_t code, std::string_view reason)
{
    if (!is_admitted_) return;
    is_admitted_ = false;
    if (info_.counts != nullptr) info_.counts->close(code);
    server_.registry().dismiss(info_.address);
    log::debug("connection.closed",
               {{"connection_id", info_.id.view()}, {"code", static_cast<int>(code)}, {"reason", reason}});
    server_.gateway().on_disconnect(info_, *stage_, code, reason);
}

/// The last bytes are on their way: waits for the peer's end, but not for ever.
void Session::start_closing()
{
    state_ = State::Closing;
    set_timeout(server_.limits().close_timeout);
    queue();
}

/// Its $connect goes on, and is answered by a $disconnect.
void Session::leave_connecting()
{
    peer_lost_ = true;
    channel_.close();
    if (gateway::Gateway::abandon(*stage_, *this)) die();  // it was queued: nobody has been asked
}

/// The connection broke without a close frame.
void Session::lost()
{
    if (state_ == State::Dead) return;
    channel_.close();
    end(api::kAbnormal.code, api::kAbnormal.text);
    die();
}

void Session::die()
{
    if (state_ == State::Dead) return;
    state_ = State::Dead;
    self_.reset();
    channel_.close();
    place_.reset();
    server_.shard().seconds().cancel(deadline_);
    if (has_address_) server_.registry().release(info_.address);
    has_address_ = false;
    server_.bury(*this);
}

void Session::flush()
{
    // What is posted while $connect is being asked waits for the 101.
    if (state_ == State::Dead || state_ == State::Connecting) return;
    if (!queued_.empty() && !channel_.write(queued_)) return lost();
    if (state_ == State::Closing) {
        channel_.want_read(true);
        channel_.finish_output();
    }
}

void Session::resume()
{
    if (state_ == State::Dead) return;
    if (is_request_over_) {
        is_request_over_ = false;
        handshake_.reset();
        if (state_ == State::Request) handshake_ = std::make_unique<Handshake>(server_.limits());
    }
    if (state_ == State::Request) process_requests();
    if (state_ == State::Open && !is_held()) {
        if (received_.empty() && !has_peer_ended_) {
            if (!channel_.wants_read()) heard_at_ = server_.shard().now();  // its silence begins now
            channel_.want_read(true);
        } else {
            process(received_);
        }
    }
}

void Session::hold()
{
    ++in_flight_;
}

void Session::release()
{
    --in_flight_;
    queue();
}

void Session::on_limits_changed()
{
    if (state_ == State::Open) set_deadline(next_due());
}

void Session::on_drain()
{
    if (state_ != State::Request) return;
    if (!is_request_held()) read_request();  // what has arrived with the signal is not ignored
    if (state_ == State::Request && !is_request_over_ && received_.empty() &&
        !handshake_->reader.is_reading()) {
        die();
    }
}

void Session::shed()
{
    server_.counts().hit(observability::Limit::Memory);
    log::warn("connection.shed",
              {{"connection_id", info_.id.view()},
               {"source_ip", info_.source_ip},
               {"unsent_bytes", unsent_bytes()}});
    channel_.close();
    end(api::kSlowReader.code, api::kSlowReader.text);
    die();
}

/// Asks for on_turn_end().
void Session::queue()
{
    if (std::exchange(is_queued_, true)) return;
    server_.queue(*this);
}

}  // namespace postern::server
