// SPDX-License-Identifier: Apache-2.0
#include "core/log.hpp"
#include "core/text.hpp"
#include "server/session_handshake.hpp"
#include "server/shard_server.hpp"

namespace postern::server {

void Session::read_request()
{
    net::SharedBuffers& buffers = server_.shard().buffers();
    const auto read = channel_.read(buffers.input.get(), net::SharedBuffers::kInputBytes);
    received_.append(buffers.input.get(), read.bytes);
    while (state_ == State::Request && !is_handshake_over_ && !received_.empty()) {
        const RequestReader::Status status = handshake_->reader.read(received_);
        if (status == RequestReader::Status::NeedMore) break;
        if (status == RequestReader::Status::Malformed) {
            respond(api::bad_request(server_.shard().clock().wall()));
            break;
        }
        on_request(handshake_->reader.request());
    }
    if (read.status != net::Channel::Status::Ok && state_ == State::Request) die();
}

void Session::on_request(const HttpRequest& request)
{
    const EpochMillis now = server_.shard().clock().wall();
    Random& random = server_.shard().random();
    const auto answer = [&](api::HttpReply reply) {
        // A body that nobody reads would be taken for the next request.
        respond(request.has_body || !request.keeps_alive ? api::closing(std::move(reply)) : std::move(reply));
    };
    switch (classify(request)) {
        case RequestKind::Upgrade:
            return upgrade(request);
        case RequestKind::Malformed:
        case RequestKind::BadUpgrade:
            return respond(api::bad_request(now));
        case RequestKind::WrongVersion:
            return answer(api::upgrade_required(now));
        case RequestKind::Health:
            return answer(api::healthy(now));
        case RequestKind::Plain:
            return answer(
                api::front_refusal(api::kForbidden, random.uuid(), api::new_request_id(now, random), now));
    }
}

/// The stage is found, the connection gets its id, and $connect is asked; on_admitted() or on_refused() goes
/// on from there.
void Session::upgrade(const HttpRequest& request)
{
    const EpochMillis now = server_.shard().clock().wall();
    Random& random = server_.shard().random();
    gateway::StageSlot* stage = server_.gateway().stages().find(request.host, request.path);
    const auto address = stage == nullptr ? std::nullopt : server_.registry().reserve();
    if (!address) {
        log::info("connect.refused", {{"status", 403}, {"why", "no such stage"}, {"path", request.path}});
        return respond(
            api::front_refusal(api::kForbidden, random.uuid(), api::new_request_id(now, random), now));
    }
    stage_ = stage;
    has_address_ = true;
    info_.address = *address;
    info_.id = server_.codec().encode(*address);
    info_.domain_name = request.host;
    info_.connected_at = now;
    info_.user_agent.reset();
    if (request.count("User-Agent") > 0) info_.user_agent = request.header("User-Agent");

    handshake_->accept = net::ws::accept_key(text::trim(request.header("Sec-WebSocket-Key")));
    if (server_.limits().compression) {
        handshake_->extensions =
            net::deflate::negotiate(request.header("Sec-WebSocket-Extensions")).value_or("");
    }
    gateway::ConnectRequest& connect = handshake_->connect;
    connect.connection = &info_;
    connect.stage = stage;
    connect.headers = request.headers;
    connect.query = api::parse_query(request.query);
    connect.port = listener_.port;
    connect.is_tls = channel_.is_tls();
    state_ = State::Connecting;
    channel_.want_read(false);
    server_.shard().seconds().cancel(deadline_);
    server_.gateway().connect(connect, *this);
}

void Session::on_admitted(std::string_view protocol)
{
    // The handler that says so may still be looking at the request: it is freed at the end of the turn.
    is_handshake_over_ = true;
    queue();
    is_admitted_ = true;
    if (peer_lost_) return lost();

    is_compressed_ = !handshake_->extensions.empty();
    state_ = State::Open;
    admitted_at_ = active_at_ = heard_at_ = server_.shard().now();
    server_.registry().admit(info_.address, *this);
    set_deadline(next_due());
    if (!channel_.write(api::switching_protocols(
            handshake_->accept, protocol, handshake_->extensions, server_.shard().clock().wall()))) {
        return lost();
    }
    channel_.want_read(true);
    if (server_.is_draining()) close(api::kGoingAway.code, api::kGoingAway.text);
}

void Session::on_refused(const api::HttpReply& reply)
{
    is_handshake_over_ = true;
    queue();
    server_.registry().release(info_.address);
    has_address_ = false;
    if (peer_lost_) return die();
    state_ = State::Request;
    channel_.want_read(true);
    set_deadline(server_.shard().now() + server_.limits().handshake_timeout.count());
    respond(reply);
}

void Session::respond(const api::HttpReply& reply)
{
    if (!channel_.write(api::serialize(reply))) return die();
    if (reply.close) return start_closing();
    is_handshake_over_ = true;  // the next request gets a reader of its own
    queue();
    set_deadline(server_.shard().now() + server_.limits().handshake_timeout.count());
}

}  // namespace postern::server
