// SPDX-License-Identifier: Apache-2.0
#include "core/log.hpp"
#include "core/text.hpp"
#include "gateway/gateway.hpp"

namespace postern::gateway {

namespace {

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
    const auto refuse = [&](api::Refusal refusal) {
        const EpochMillis now = shard_.clock().wall();
        const api::RequestId id = api::new_request_id(now, shard_.random());
        log::info("connect.refused",
                  {{"api", deployment.stage().api_id},
                   {"stage", deployment.stage().stage},
                   {"status", api::status_of(refusal)},
                   {"source_ip", connection.source_ip},
                   {"request_id", id.view()}});
        waiter.on_refused(api::pipeline_refusal(refusal, connection.id, id, now));
    };

    if (!connect_rate_.admit(shard_.now())) {
        counts_.hit(observability::Limit::ConnectRate);
        return refuse(api::Refusal::Throttled);
    }
    const Route* route = deployment.connect();
    if (route == nullptr)
        return waiter.on_admitted({});  // no $connect route lets everybody in (spec data-plane 1.1)
    if (pending_connects_ >= limits_.pending_connects_max) {
        counts_.hit(observability::Limit::PendingConnects);
        return refuse(api::Refusal::Throttled);
    }

    Call& call = calls_.open(api::EventType::Connect, *route);
    call.connection_id = connection.id;
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
        finish(call);
        return waiter.on_admitted(protocol);
    }
    const api::HttpReply refusal = api::handler_refusal(reply.status_code,
                                                        reply.body,
                                                        reply.headers,
                                                        call.connection_id,
                                                        request_id(call),
                                                        shard_.clock().wall());
    log::info("connect.refused",
              {{"status", refusal.status}, {"why", "handler"}, {"request_id", request_id(call)}});
    finish(call);
    waiter.on_refused(refusal);
}

}  // namespace postern::gateway
