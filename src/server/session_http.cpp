// SPDX-License-Identifier: Apache-2.0
#include "api/management_error.hpp"
#include "core/text.hpp"
#include "server/refusal_log.hpp"
#include "server/session_handshake.hpp"
#include "server/shard_server.hpp"

namespace postern::server {

namespace {

/// Requests are read in small portions: whoever pipelines thousands waits his turn.
constexpr std::size_t kRequestStep = 32 * 1024;
static_assert(kRequestStep > net::TlsStream::kSlack && kRequestStep <= net::SharedBuffers::kInputBytes);

/// Of requests that nothing serves: whether gateway.extensions would make their path one that is.
bool needs_extensions(const HttpRequest& request, management::Extensions extensions)
{
    return extensions == management::Extensions::Off &&
           management::parse_path(request.target, management::Extensions::On);
}

constexpr std::string_view kExtensionsOff = "gateway.extensions is off: set to true, it serves this path";

}  // namespace

void Session::read_request()
{
    net::SharedBuffers& buffers = server_.shard().buffers();
    const auto read = channel_.read(buffers.input.get(), kRequestStep);
    received_.append(buffers.input.get(), read.bytes);
    if (read.status == net::Channel::Status::PeerClosed) has_peer_ended_ = true;
    process_requests();
    if (read.status == net::Channel::Status::Failed && state_ == State::Request) die();
}

/// One request after the other, and only for those who read the answers. Whoever has sent the next one
/// already is not read either: what waits here is never more than one reading.
bool Session::is_request_held() const
{
    return channel_.unsent_bytes() > 0 || (is_request_over_ && !received_.empty());
}

/// Takes requests off what has been received.
void Session::process_requests()
{
    while (state_ == State::Request && !is_request_over_ && !received_.empty() &&
           channel_.unsent_bytes() == 0) {
        const char first_byte = received_.front();
        const RequestReader::Status status = handshake_->reader.read(received_);
        if (status == RequestReader::Status::NeedMore) {
            if (handshake_->reader.take_expectation() && !channel_.write("HTTP/1.1 100 Continue\r\n\r\n"))
                return die();
            break;
        }
        if (status == RequestReader::Status::BodyTooLarge) {
            answer(api::closing(api::management::too_large(server_.shard().clock().wall())));
            break;
        }
        if (status == RequestReader::Status::Malformed) {
            log_unreadable(first_byte, info_.source_ip);
            answer(api::bad_request(server_.shard().clock().wall()));
            break;
        }
        on_request(handshake_->reader.request());
    }
    if (state_ != State::Request) return;
    const bool waits = is_request_held();
    if (has_peer_ended_ && !waits && !is_request_over_) return die();
    channel_.want_read(!has_peer_ended_ && !waits);
}

void Session::on_request(const HttpRequest& request)
{
    const EpochMillis now = server_.shard().clock().wall();
    Random& random = server_.shard().random();
    switch (classify(request, server_.connections_api().extensions())) {
        case RequestKind::Upgrade:
            return upgrade(request);
        case RequestKind::Connections:
            return manage(request);
        case RequestKind::Malformed:
            log_refused(request, info_.source_ip, 400, "the request is malformed or too long");
            return answer(api::bad_request(now));
        case RequestKind::BadUpgrade:
            log_refused(request, info_.source_ip, 400, "Sec-WebSocket-Key is missing or malformed");
            return answer(api::bad_request(now));
        case RequestKind::WrongVersion:
            log_refused(request, info_.source_ip, 426, "Sec-WebSocket-Version is not 13");
            return answer(api::upgrade_required(now));
        case RequestKind::Health:
            return answer(server_.is_draining() ? api::overloaded(now) : api::healthy(now));
        case RequestKind::Plain:
            log_refused(request,
                        info_.source_ip,
                        403,
                        needs_extensions(request, server_.connections_api().extensions())
                            ? kExtensionsOff
                            : "it is no WebSocket handshake");
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
    if (server_.is_draining()) {
        log_refused(request, info_.source_ip, 503, "the gateway is stopping");
        return answer(api::closing(api::overloaded(now)));
    }
    if (server_.pressure() >= Pressure::NoHandshakes) {
        server_.counts().hit(observability::Limit::Memory);
        log_refused(request, info_.source_ip, 503, "memory is short");
        return answer(api::overloaded(now));
    }
    gateway::StageSlot* stage = server_.gateway().stages().find(request.host, request.path);
    const auto address = stage == nullptr ? std::nullopt : server_.registry().reserve();
    if (!address) {
        log_refused(
            request, info_.source_ip, 403, stage == nullptr ? "no such stage" : "no connection id is free");
        return answer(
            api::front_refusal(api::kForbidden, random.uuid(), api::new_request_id(now, random), now));
    }
    stage_ = stage;
    has_address_ = true;
    info_.address = *address;
    info_.id = server_.codec().encode(*address);
    info_.api_id = stage->current->stage().api_id;
    info_.stage = stage->current->stage().stage;
    info_.counts = stage->current->counts(server_.shard().index());
    info_.domain_name = server_.gateway().stages().domain_name(request.host, stage->current->stage());
    info_.connected_at = now;
    connected_at_ = server_.shard().now();
    info_.user_agent.reset();
    if (request.count("User-Agent") > 0) info_.user_agent = request.header("User-Agent");

    handshake_->accept = net::ws::accept_key(text::trim(request.header("Sec-WebSocket-Key")));
    if (server_.limits().compression) {
        handshake_->extensions =
            net::deflate::negotiate(request.header("Sec-WebSocket-Extensions")).value_or("");
    }
    is_compressed_ = !handshake_->extensions.empty();
    gateway::ConnectRequest& connect = handshake_->connect;
    connect.connection = &info_;
    connect.stage = stage;
    connect.headers = request.headers;
    connect.query = api::parse_query(request.query);
    connect.port = port_;
    connect.is_tls = channel_.is_tls();
    state_ = State::Connecting;
    server_.registry().expect(info_.address, *this);
    channel_.want_read(false);
    server_.shard().seconds().cancel(deadline_);
    if (!server_.addresses().admit_connect(info_.source_ip, connected_at_)) {
        return server_.gateway().throttle(connect, *this, observability::Limit::AddressConnectRate);
    }
    server_.gateway().connect(connect, *this);
}

/// @connections: the stage is found by the path in front of it; who asks and for whom is management's
/// business.
void Session::manage(const HttpRequest& request)
{
    const management::Extensions extensions = server_.connections_api().extensions();
    const auto path = management::parse_path(request.target, extensions);
    gateway::Stages& stages = server_.gateway().stages();
    gateway::StageSlot* const stage = path ? stages.find(request.host, path->stage) : nullptr;
    const auto count = [&counts = server_.counts().api_requests, method = request.method](
                           const api::HttpReply& reply) { counts.add(method, reply.status); };
    if (stage == nullptr) {
        const std::string_view why = path                                    ? "no such stage"
                                     : needs_extensions(request, extensions) ? kExtensionsOff
                                                                             : "no such path";
        log_refused_call(request, why);
        const EpochMillis now = server_.shard().clock().wall();
        Random& random = server_.shard().random();
        const std::string uuid = random.uuid();
        const api::RequestId id = api::new_request_id(now, random);
        const bool is_known_host = path && stages.is_custom_domain(request.host);
        const api::HttpReply reply =
            is_known_host
                ? api::management::no_method(path->str().substr(1), request.method, {uuid, id, {}}, now)
                : api::front_refusal(api::kForbidden, uuid, id, now);
        count(reply);
        return answer(reply);
    }
    const integrations::StageIdentity& identity = stage->current->stage();
    const std::shared_ptr<gateway::ApiCallRecord> record = record_of(request, *stage, *path);
    const management::ConnectionsCall call{request.method,
                                           request.target,
                                           request.headers,
                                           request.body,
                                           info_.source_ip,
                                           identity.api_id,
                                           identity.stage,
                                           *path,
                                           record ? &record->signer : nullptr};
    state_ = State::Answering;
    server_.shard().seconds().cancel(deadline_);
    self_ = std::make_shared<Session*>(this);
    const auto give = [weak = std::weak_ptr(self_), record, count, &gateway = server_.gateway()](
                          const api::HttpReply& reply) {
        count(reply);
        if (record) gateway.on_api_call(*record, reply);
        const std::shared_ptr<Session*> self = weak.lock();
        if (self) (*self)->answer(reply);
    };
    auto done = [give, &home = server_.shard()](const api::HttpReply& reply) {
        if (net::Shard::current() == &home) return give(reply);
        home.post([give, reply] { give(reply); });
    };
    server_.connections_api().handle(call, server_.shard().random(), std::move(done));
    if (state_ == State::Answering) channel_.want_read(false);  // the answer comes from another shard
}

/// Null when nobody wants to know.
std::shared_ptr<gateway::ApiCallRecord> Session::record_of(const HttpRequest& request,
                                                           const gateway::StageSlot& stage,
                                                           const management::ManagementPath& path) const
{
    if (!gateway::Gateway::logs_api_calls(stage)) return nullptr;
    auto record = std::make_shared<gateway::ApiCallRecord>();
    record->deployment = stage.current;
    record->route_key = request.method + " /" + path.resource(request.method);
    record->connection_id = path.connection_id;
    record->domain_name = request.host;
    record->source_ip = info_.source_ip;
    record->user_agent = request.header("User-Agent");
    record->request_time = server_.shard().clock().wall();
    record->began_at = server_.shard().clock().steady();
    return record;
}

/// The end of the request that is being looked at, whoever answers it. The next one is taken, and read, when
/// this turn ends.
void Session::answer(api::HttpReply reply)
{
    // A handler that says so may still be looking at the request: it is freed at the end of the turn.
    const HttpRequest& request = handshake_->reader.request();
    is_request_over_ = true;
    queue();
    self_.reset();
    state_ = State::Request;
    if (request.method == "HEAD")
        reply.body.clear();  // the length says what GET's has (RFC 9110 section 9.3.2)
    // A drain waits for nobody's next request.
    if (!request.keeps_alive || server_.is_draining()) reply = api::closing(std::move(reply));
    if (!channel_.write(api::serialize(reply))) return die();
    if (reply.close) return start_closing();
    set_timeout(server_.limits().handshake_timeout);
}

void Session::on_admitted(std::string_view protocol)
{
    is_request_over_ = true;  // freed as in answer()
    queue();
    is_admitted_ = true;
    if (info_.counts != nullptr) info_.counts->open();
    if (peer_lost_) return lost();

    state_ = State::Open;
    admitted_at_ = active_at_ = heard_at_ = server_.shard().now();
    server_.registry().admit(info_.address, *this);
    set_deadline(next_due());
    if (!channel_.write(api::switching_protocols(
            handshake_->accept, protocol, handshake_->extensions, server_.shard().clock().wall()))) {
        return lost();
    }
    const bool is_stage_gone = stage_->current == nullptr;
    if (server_.is_draining() || is_stage_gone) close(api::kGoingAway.code, api::kGoingAway.text);
}

void Session::on_refused(const api::HttpReply& reply)
{
    server_.registry().release(info_.address);
    has_address_ = false;
    queued_.clear();  // what was posted to it
    peer_lost_ ? die() : answer(reply);
}

/// Nobody has been asked yet: a peer that leaves now costs nothing more.
void Session::on_queued()
{
    channel_.want_end();
}

}  // namespace postern::server
