// SPDX-License-Identifier: Apache-2.0
#include "api/management_error.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "server/session_handshake.hpp"
#include "server/shard_server.hpp"

namespace postern::server {

namespace {

/// Requests are read in small portions: whoever pipelines thousands waits his turn.
constexpr std::size_t kRequestStep = 32 * 1024;
static_assert(kRequestStep > net::TlsStream::kSlack && kRequestStep <= net::SharedBuffers::kInputBytes);

}  // namespace

void Session::read_request()
{
    net::SharedBuffers& buffers = server_.shard().buffers();
    const auto read = channel_.read(buffers.input.get(), kRequestStep);
    received_.append(buffers.input.get(), read.bytes);
    process_requests();
    if (read.status != net::Channel::Status::Ok && state_ == State::Request) die();
}

/// Takes requests off what has been received. Who does not read the answers is not read either.
void Session::process_requests()
{
    while (state_ == State::Request && !is_handshake_over_ && !received_.empty() &&
           channel_.unsent_bytes() == 0) {
        const RequestReader::Status status = handshake_->reader.read(received_);
        if (status == RequestReader::Status::NeedMore) {
            if (handshake_->reader.take_expectation() && !channel_.write("HTTP/1.1 100 Continue\r\n\r\n"))
                return die();
            break;
        }
        if (status == RequestReader::Status::BodyTooLarge) {
            respond(api::closing(api::management::too_large(server_.shard().clock().wall())));
            break;
        }
        if (status == RequestReader::Status::Malformed) {
            respond(api::bad_request(server_.shard().clock().wall()));
            break;
        }
        on_request(handshake_->reader.request());
    }
    if (state_ == State::Request) channel_.want_read(channel_.unsent_bytes() == 0);
}

void Session::on_request(const HttpRequest& request)
{
    const EpochMillis now = server_.shard().clock().wall();
    Random& random = server_.shard().random();
    switch (classify(request)) {
        case RequestKind::Upgrade:
            return upgrade(request);
        case RequestKind::Connections:
            return manage(request);
        case RequestKind::Malformed:
        case RequestKind::BadUpgrade:
            return respond(api::bad_request(now));
        case RequestKind::WrongVersion:
            return answer(api::upgrade_required(now), request.keeps_alive);
        case RequestKind::Health:
            return answer(api::healthy(now), request.keeps_alive);
        case RequestKind::Plain:
            return answer(
                api::front_refusal(api::kForbidden, random.uuid(), api::new_request_id(now, random), now),
                request.keeps_alive);
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
    info_.api_id = stage->current->stage().api_id;
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

/// @connections: the stage is found by the path in front of it; who asks and for whom is management's
/// business.
void Session::manage(const HttpRequest& request)
{
    constexpr std::string_view kSegment = "/@connections/";
    std::string path = request.path;
    for (std::size_t at = path.find("//"); at != std::string::npos; at = path.find("//", at))
        path.erase(at, 1);
    const std::size_t at = path.find(kSegment);
    const std::string id = at == std::string::npos ? "" : path.substr(at + kSegment.size());
    gateway::StageSlot* stage =
        at == std::string::npos ? nullptr : server_.gateway().stages().find(request.host, path.substr(0, at));
    if (stage == nullptr || id.empty() || id.find('/') != std::string::npos) {
        const EpochMillis now = server_.shard().clock().wall();
        Random& random = server_.shard().random();
        return answer(
            api::front_refusal(api::kForbidden, random.uuid(), api::new_request_id(now, random), now),
            request.keeps_alive);
    }
    const integrations::StageIdentity& identity = stage->current->stage();
    const management::ConnectionsCall call{request.method,
                                           request.target,
                                           request.headers,
                                           request.body,
                                           info_.source_ip,
                                           identity.api_id,
                                           identity.stage,
                                           id};
    state_ = State::Answering;
    channel_.want_read(false);
    server_.shard().seconds().cancel(deadline_);
    self_ = std::make_shared<Session*>(this);
    server_.connections_api().handle(call,
                                     server_.shard().random(),
                                     [weak = std::weak_ptr(self_),
                                      &home = server_.shard(),
                                      keeps_alive = request.keeps_alive](const api::HttpReply& reply) {
                                         auto deliver = [weak, keeps_alive, reply] {
                                             const std::shared_ptr<Session*> self = weak.lock();
                                             if (self) (*self)->answer(reply, keeps_alive);
                                         };
                                         if (net::Shard::current() == &home) {
                                             deliver();
                                         } else {
                                             home.post(std::move(deliver));
                                         }
                                     });
}

void Session::answer(const api::HttpReply& reply, bool keeps_alive)
{
    self_.reset();
    state_ = State::Request;
    channel_.want_read(true);
    respond(keeps_alive && !server_.is_draining() ? reply : api::closing(reply));
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
    set_timeout(server_.limits().handshake_timeout);
    respond(server_.is_draining() ? api::closing(reply) : reply);  // a drain waits for nobody's next request
}

void Session::respond(const api::HttpReply& reply)
{
    if (!channel_.write(api::serialize(reply))) return die();
    if (reply.close) return start_closing();
    is_handshake_over_ = true;  // the next request gets a reader of its own
    queue();
    set_timeout(server_.limits().handshake_timeout);
}

}  // namespace postern::server
