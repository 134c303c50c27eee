// SPDX-License-Identifier: Apache-2.0
#include "core/log.hpp"
#include "core/text.hpp"
#include "gateway/gateway.hpp"

namespace postern::gateway {

namespace {

constexpr int kAdmitted = 200;  // $context.status of a CONNECT that was let in

std::string_view find_header(const api::Headers& headers, std::string_view name)
{
    for (const api::Header& header : headers) {
        if (text::iequals(header.name, name)) return header.value;
    }
    return {};
}

}  // namespace

void Gateway::connect(const ConnectRequest& request, ConnectWaiter& waiter)
{
    const connections::ConnectionInfo& connection = *request.connection;
    const Deployment& deployment = *request.stage->current;
    const Route* route = deployment.connect();
    integrations::EventIds ids;
    const auto tell = [&](int status, std::optional<api::Refusal> refusal) {
        EventRecord event;
        event.type = api::EventType::Connect;
        event.deployment = &deployment;
        event.route = route;
        event.status = status;
        event.refusal = refusal;
        event.connection = &connection;
        event.ids = &ids;
        record(event);
    };
    const auto refuse = [&](api::Refusal refusal) {
        ids.make(connection.id, shard_.clock(), shard_.random());
        tell(api::status_of(refusal), refusal);
        log::info("connect.refused",
                  {{"api", deployment.stage().api_id},
                   {"stage", deployment.stage().stage},
                   {"status", api::status_of(refusal)},
                   {"source_ip", connection.source_ip},
                   {"request_id", ids.request_id.view()}});
        waiter.on_refused(api::pipeline_refusal(refusal, connection.id, ids.request_id, ids.request_time));
    };

    if (!connect_rate_.admit(shard_.now())) {
        counts_.hit(observability::Limit::ConnectRate);
        return refuse(api::Refusal::Throttled);
    }
    if (route == nullptr) {  // lets everybody in (spec data-plane 1.1)
        tell(kAdmitted, std::nullopt);
        return waiter.on_admitted({});
    }
    if (pending_connects_ >= limits_.pending_connects_max) {
        counts_.hit(observability::Limit::PendingConnects);
        return refuse(api::Refusal::Throttled);
    }

    Call& call = open(api::EventType::Connect, deployment, *route, connection);
    call.waiter = &waiter;
    ++pending_connects_;

    api::Headers event_headers = request.headers;
    const std::string trace_id = api::new_trace_id(shard_.clock().wall(), shard_.random());
    api::add_forwarding_headers(event_headers,
                                connection.source_ip,
                                std::to_string(request.port),
                                request.is_tls ? "https" : "http",
                                trace_id);
    integrations::EventParts parts;
    parts.type = api::EventType::Connect;
    parts.stage = &deployment.stage();
    parts.connection = &connection;
    parts.route_key = route->key;
    parts.headers = &request.headers;
    parts.query = &request.query;
    parts.event_headers = &event_headers;
    invoke(call, parts, *request.stage);
}

/// The $connect handler has answered: 2xx admits, anything else is the answer to the handshake (spec
/// data-plane 1.4).
void Gateway::answer_connect(Call& call, const integrations::InvokeReply& reply)
{
    ConnectWaiter& waiter = *call.waiter;
    if (api::is_admission(reply.status_code)) {
        const std::string protocol(find_header(reply.headers, "Sec-WebSocket-Protocol"));
        record(call, reply.status_code);
        finish(call);
        return waiter.on_admitted(protocol);
    }
    const api::HttpReply refusal = api::handler_refusal(reply.status_code,
                                                        reply.body,
                                                        reply.headers,
                                                        call.connection_id,
                                                        request_id(call),
                                                        shard_.clock().wall());
    const bool is_answer = refusal.status == reply.status_code;  // else it was none that HTTP can give
    record(call, refusal.status, is_answer ? std::nullopt : std::optional(api::Refusal::IntegrationFailed));
    log::info("connect.refused",
              {{"status", refusal.status}, {"why", "handler"}, {"request_id", request_id(call)}});
    finish(call);
    waiter.on_refused(refusal);
}

}  // namespace postern::gateway
