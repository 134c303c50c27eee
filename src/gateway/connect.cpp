// SPDX-License-Identifier: Apache-2.0
#include "core/log.hpp"
#include "gateway/gateway.hpp"

#include <algorithm>
#include <string>

namespace postern::gateway {

namespace {

constexpr int kAdmitted = 200;  // $context.status of a CONNECT that was let in

}  // namespace

void Gateway::connect(const ConnectRequest& request, ConnectWaiter& waiter)
{
    if (!connect_rate_.take(shard_.now())) {
        return throttle(request, waiter, observability::Limit::ConnectRate);
    }
    const StageSlot& stage = *request.stage;
    if (stage.disconnects.waiting() >= limits_.queued_disconnects_max) {
        counts_.hit(observability::Limit::DisconnectQueue);
        return refuse_connect(request, waiter, "too many $disconnect events wait");
    }
    const bool is_asked = stage.current->connect() != nullptr;
    if (is_asked && !stage.connects.has_place(limits_.pending_connects_max)) {
        return queue_connect(request, waiter);
    }
    start_connect(request, waiter);
}

void Gateway::throttle(const ConnectRequest& request, ConnectWaiter& waiter, observability::Limit limit)
{
    counts_.hit(limit);
    const connections::ConnectionInfo& connection = *request.connection;
    const int status = api::status_of(api::Refusal::Throttled);
    integrations::EventIds ids;
    ids.make(connection.id, shard_.clock(), shard_.random());
    record_unasked(request, ids, status, api::Refusal::Throttled);
    log::refusal("connect.refused",
                 {{"api", connection.api_id},
                  {"status", status},
                  {"why", to_string(limit)},
                  {"source_ip", connection.source_ip},
                  {"request_id", ids.request_id.view()}});
    waiter.on_refused(
        api::pipeline_refusal(api::Refusal::Throttled, connection.id, ids.request_id, ids.request_time));
}

/// Today's deployment decides, not the one that was there when the wait began.
void Gateway::start_connect(const ConnectRequest& request, ConnectWaiter& waiter)
{
    const DeploymentPtr deployment = request.stage->current;
    if (deployment == nullptr) return refuse_connect(request, waiter, "the stage is gone");
    const connections::ConnectionInfo& connection = *request.connection;
    const Route* route = deployment->connect();
    if (route == nullptr) {  // lets everybody in (spec data-plane 1.1)
        integrations::EventIds ids;
        record_unasked(request, ids, kAdmitted);
        return waiter.on_admitted({});
    }

    Call& call = open(api::EventType::Connect, *deployment, *route, connection);
    call.waiter = &waiter;
    call.stage = request.stage;
    request.stage->connects.begin();

    api::Headers event_headers = request.headers;
    const std::string trace_id = api::new_trace_id(shard_.clock().wall(), shard_.random());
    api::add_forwarding_headers(event_headers,
                                connection.source_ip,
                                std::to_string(request.port),
                                request.is_tls ? "https" : "http",
                                trace_id);
    integrations::EventParts parts;
    parts.type = api::EventType::Connect;
    parts.stage = &deployment->stage();
    parts.connection = &connection;
    parts.route_key = route->key;
    parts.headers = &request.headers;
    parts.query = &request.query;
    parts.event_headers = &event_headers;
    invoke(call, parts, deployment);
}

/// Postern's own: AWS has no such queue. First come, first asked, until the deadline.
void Gateway::queue_connect(const ConnectRequest& request, ConnectWaiter& waiter)
{
    ConnectQueue& queue = request.stage->connects;
    if (queue.waiting() >= limits_.queued_connects_max) {
        counts_.hit(observability::Limit::ConnectQueue);
        return refuse_connect(request, waiter, "the connect queue is full");
    }
    const std::int64_t patience = limits_.connect_queue_timeout.count();
    const SteadyMillis due = patience > 0 ? shard_.now() + patience : QueuedConnect::kNever;
    queue.push({&request, &waiter, due});
    arm_connect_queue(due);
    waiter.on_queued();
}

void Gateway::refuse_connect(const ConnectRequest& request, ConnectWaiter& waiter, std::string_view why)
{
    const api::HttpReply reply = api::overloaded(shard_.clock().wall());
    integrations::EventIds ids;
    record_unasked(request, ids, reply.status, api::Refusal::Throttled, why);
    log::refusal("connect.refused",
                 {{"api", request.connection->api_id},
                  {"status", reply.status},
                  {"why", why},
                  {"source_ip", request.connection->source_ip}});
    waiter.on_refused(reply);
}

void Gateway::refuse_queued()
{
    stages_.for_each_slot([this](StageSlot& stage) {
        while (const auto next = stage.connects.pop()) {
            refuse_connect(*next->request, *next->waiter, "the gateway is stopping");
        }
    });
}

/// One deadline for all queues: `due`, unless there is one, since nobody who comes later is due much earlier.
void Gateway::arm_connect_queue(SteadyMillis due)
{
    if (connect_queue_deadline_ != net::TimerWheel::kNone || due == QueuedConnect::kNever) return;
    connect_queue_deadline_ = shard_.moments().set(due, kConnectQueueMoment);
}

void Gateway::on_connect_queue_due()
{
    connect_queue_deadline_ = net::TimerWheel::kNone;
    SteadyMillis due = QueuedConnect::kNever;
    stages_.for_each_slot([this, &due](StageSlot& stage) {
        while (const auto next = stage.connects.next_overdue(shard_.now())) {
            counts_.hit(observability::Limit::ConnectQueueTimeout);
            refuse_connect(*next->request, *next->waiter, "waited too long for $connect");
        }
        due = std::min(due, stage.connects.next_due());
    });
    arm_connect_queue(due);
}

/// The $connect handler has answered: 2xx admits, anything else is the answer to the handshake (spec
/// data-plane 1.4).
void Gateway::answer_connect(Call& call, const integrations::InvokeReply& reply)
{
    ConnectWaiter& waiter = *call.waiter;
    if (api::is_admission(reply.status_code)) {
        const api::Header* chosen = api::find_header(reply.headers, "Sec-WebSocket-Protocol");
        const std::string protocol(chosen == nullptr ? "" : chosen->value);
        record(call, reply.status_code);
        admitting_ = call.deployment;
        finish(call);
        waiter.on_admitted(protocol);
        admitting_.reset();
        return;
    }
    const api::HttpReply refusal = api::handler_refusal(reply.status_code,
                                                        reply.body,
                                                        reply.headers,
                                                        call.connection_id,
                                                        request_id(call),
                                                        shard_.clock().wall());
    const bool is_answer = refusal.status == reply.status_code;  // else it was none that HTTP can give
    record(call, refusal.status, is_answer ? std::nullopt : std::optional(api::Refusal::IntegrationFailed));
    log::refusal("connect.refused",
                 {{"status", refusal.status},
                  {"why", "the $connect handler answered " + std::to_string(reply.status_code)},
                  {"handler", call.route->handler->name},
                  {"request_id", request_id(call)}});
    finish(call);
    waiter.on_refused(refusal);
}

}  // namespace postern::gateway
