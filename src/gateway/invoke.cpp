// SPDX-License-Identifier: Apache-2.0
#include "core/log.hpp"
#include "gateway/gateway.hpp"

namespace postern::gateway {

namespace {

SteadyMillis deadline_of(const Call& call)
{
    return call.invoked_at + call.route->timeout.count();
}

/// $disconnect is for the sake of the backend, which cleans up in it: no client waits for its end.
SteadyMillis wanted_until(const Call& call)
{
    return call.type == api::EventType::Disconnect ? api::Invocation::kForever : deadline_of(call);
}

}  // namespace

Gateway::Gateway(net::Shard& shard,
                 connections::Registry& registry,
                 Stages& stages,
                 SharedTokenBucket& connect_rate,
                 net::WorkerPool& workers,
                 const integrations::PluginHost& host,
                 const api::Limits& limits)
    : shard_(shard),
      registry_(registry),
      stages_(stages),
      connect_rate_(connect_rate),
      workers_(workers),
      host_(host),
      limits_(limits)
{}

Call& Gateway::open(api::EventType type,
                    const Deployment& deployment,
                    const Route& route,
                    const connections::ConnectionInfo& connection)
{
    Call& call = calls_.open(type, route);
    call.serving = &deployment;
    call.connection_id = connection.id;
    if (deployment.logs() != nullptr) keep_for_logs(call, connection);
    return call;
}

/// Calls the handler. An answer given inline has been dealt with when this returns; otherwise the call waits
/// for its answer or its deadline, and its connection counts it.
void Gateway::invoke(Call& call, const integrations::EventParts& parts, const DeploymentPtr& deployment)
{
    call.invoked_at = shard_.clock().steady();
    if (call.is_logged) log_begin(call, parts);
    if (call.route->handler->is_blocking) return invoke_blocking(call, parts, deployment);
    const std::uint64_t number = call.number();
    const integrations::Handler& handler = *call.route->handler;
    {
        const integrations::EventScope scope(
            parts, call.ids, shard_.clock(), shard_.random(), wanted_until(call));
        const std::int32_t failed = handler.invoke(handler.state, &scope.event(), {shard_.index(), number});
        if (calls_.find(number) == nullptr) return;
        if (failed != 0) return fail(call, api::Refusal::IntegrationFailed, "the handler failed");
    }
    await(call, deployment);
}

void Gateway::invoke_blocking(Call& call,
                              const integrations::EventParts& parts,
                              const DeploymentPtr& deployment)
{
    call.ids.make(parts.connection->id, shard_.clock(), shard_.random());
    auto owned = std::make_shared<integrations::OwnedEvent>(parts, call.ids, deployment);
    const postern_token token{shard_.index(), call.number()};
    const integrations::Handler& handler = *call.route->handler;
    const bool accepted = workers_.submit([this, owned = std::move(owned), token, &handler] {
        SystemRandom random;  // the ids are made: nothing is drawn
        const integrations::EventScope scope(owned->parts(), owned->ids(), shard_.clock(), random);
        if (handler.invoke(handler.state, &scope.event(), token) != 0)
            host_.fail(token, {api::Refusal::IntegrationFailed, "the handler failed"});
    });
    if (!accepted) return fail(call, api::Refusal::IntegrationFailed, "the worker queue is full");
    await(call, deployment);
}

void Gateway::await(Call& call, const DeploymentPtr& deployment)
{
    call.deployment = deployment;
    // Not from the turn's beginning, which may have been a while ago: nobody has less than his time.
    call.deadline = shard_.moments().set(deadline_of(call), call.number());
    if (call.type != api::EventType::Message) return;
    if (connections::Connection* connection = registry_.find(call.address)) {
        call.is_held = true;
        connection->hold();
    }
}

void Gateway::on_reply(std::uint64_t number, const integrations::InvokeReply& reply)
{
    Call* call = calls_.find(number);
    if (call == nullptr) return;  // too late, or the second answer
    if (reply.status_code < 100 || reply.status_code > 599) {
        return fail(
            *call, api::Refusal::IntegrationFailed, "the handler's status is not between 100 and 599");
    }
    Calls::settle(*call);
    if (call->is_logged) log_answer(*call, reply.note, &reply);
    switch (call->type) {
        case api::EventType::Connect:
            return answer_connect(*call, reply);
        case api::EventType::Message:
            return answer_message(*call, reply);
        case api::EventType::Disconnect:
            record(*call, reply.status_code);
            return finish(*call);
    }
}

void Gateway::on_failure(std::uint64_t number, const integrations::InvokeFailure& failure)
{
    Call* call = calls_.find(number);
    if (call == nullptr) return;
    if (call->is_logged) log_answer(*call, failure.note, nullptr);
    fail(*call, failure.refusal, failure.why);
}

void Gateway::on_deadline(std::uint64_t moment)
{
    if (moment == kConnectQueueMoment) return on_connect_queue_due();
    Call* call = calls_.find(moment);
    if (call == nullptr) return;
    call->deadline = net::TimerWheel::kNone;
    fail(*call, api::Refusal::IntegrationTimeout, "no answer in time");
}

void Gateway::say_why(Call& call, std::string_view why)
{
    log::warn("integration.failed",
              {{"route", call.route->key},
               {"handler", call.route->handler->name},
               {"why", why},
               {"connection_id", call.connection_id.view()},
               {"request_id", request_id(call)}});
}

/// The integration has failed: the client is told as AWS tells it, also on one-way routes (spec data-plane
/// 4), and stays.
void Gateway::fail(Call& call, api::Refusal refusal, std::string_view why)
{
    Calls::settle(call);
    say_why(call, why);
    record(call, api::status_of(refusal), refusal, why);
    if (call.type == api::EventType::Connect) {
        ConnectWaiter& waiter = *call.waiter;
        const api::HttpReply reply =
            api::pipeline_refusal(refusal, call.connection_id, request_id(call), shard_.clock().wall());
        finish(call);
        return waiter.on_refused(reply);
    }
    if (call.type == api::EventType::Message) {
        if (connections::Connection* connection = registry_.find(call.address)) {
            send_error(*connection, refusal, request_id(call));
        }
    }
    finish(call);
}

void Gateway::finish(Call& call)
{
    const bool was_held = call.is_held;
    const api::ConnectionAddress address = call.address;
    if (call.type != api::EventType::Message) free_place(call);
    shard_.moments().cancel(call.deadline);
    calls_.close(call);
    if (!was_held) return;
    if (connections::Connection* connection = registry_.find(address)) connection->release();
}

void Gateway::free_place(const Call& call)
{
    StageSlot& stage = *call.stage;
    if (call.type == api::EventType::Connect) {
        stage.connects.end();
    } else {
        stage.disconnects.end();
    }
    resume_waiting(stage);
}

/// There may be room for events that wait. In a turn of its own: whoever has just answered may hold locks of
/// his own, and his next handler might want them.
void Gateway::resume_waiting(StageSlot& stage)
{
    if (stage.is_resuming || stage.connects.waiting() + stage.disconnects.waiting() == 0) return;
    stage.is_resuming = true;
    shard_.post([this, &stage] {
        stage.is_resuming = false;
        while (const auto next = stage.disconnects.next(limits_.concurrent_disconnects_max)) {
            start_disconnect(stage, next->event->parts(), next->deployment);
        }
        while (const auto next = stage.connects.next(limits_.pending_connects_max)) {
            start_connect(*next->request, *next->waiter);
        }
    });
}

std::string_view Gateway::request_id(Call& call)
{
    call.ids.make(call.connection_id, shard_.clock(), shard_.random());
    return call.ids.request_id;
}

}  // namespace postern::gateway
