// SPDX-License-Identifier: Apache-2.0
#include "core/log.hpp"
#include "core/text.hpp"
#include "gateway/gateway.hpp"

#include <string>

namespace postern::gateway {

void Gateway::on_message(connections::Connection& connection,
                         StageSlot& stage,
                         std::string_view message,
                         bool is_binary)
{
    const Deployment* deployment = stage.current.get();  // today's, not the one at connect
    if (deployment == nullptr) return connection.close(api::kGoingAway.code, api::kGoingAway.text);

    const Route* route = deployment->select(message, scratch_);
    if (route == nullptr) {
        integrations::EventIds ids;
        ids.make(connection.info().id, shard_.clock(), shard_.random());
        EventRecord event;
        event.deployment = deployment;
        event.status = api::status_of(api::Refusal::NoRoute);
        event.refusal = api::Refusal::NoRoute;
        event.connection = &connection.info();
        event.ids = &ids;
        record(event);
        // A warning: those are limited, and clients must not fill the log.
        log::warn("message.refused",
                  {{"api", connection.info().api_id},
                   {"why", "no route takes it, and there is no $default"},
                   {"connection_id", connection.info().id.view()},
                   {"request_id", ids.request_id.view()}});
        return send_error(connection, api::Refusal::NoRoute, ids.request_id);
    }

    Call& call = open(api::EventType::Message, *deployment, *route, connection.info());
    call.address = connection.info().address;
    integrations::EventParts parts;
    parts.stage = &deployment->stage();
    parts.connection = &connection.info();
    parts.route_key = route->key;
    parts.body = message;
    parts.is_binary = is_binary;
    invoke(call, parts, stage.current);
}

/// The handler has answered. One-way routes say nothing, two-way routes send the body whatever the status
/// (spec data-plane 4); an empty body sends nothing (UNCONFIRMED).
void Gateway::answer_message(Call& call, const integrations::InvokeReply& reply)
{
    record(call, reply.status_code);
    connections::Connection* connection = registry_.find(call.address);
    if (connection == nullptr || !call.route->is_two_way || reply.body.empty()) return finish(call);

    if (reply.body.size() > limits_.message_bytes_max) {
        counts_.hit(observability::Limit::MessageBytes);
        const std::string reason = api::too_big_text(limits_.message_bytes_max);
        // The reason that the client is told is that of a message of its own.
        say_why(call,
                "the answer has " + std::to_string(reply.body.size()) + " bytes, a message may have " +
                    std::to_string(limits_.message_bytes_max) + ": the connection is closed with 1009");
        finish(call);
        return connection->close(api::kTooBigCode, reason);  // spec data-plane 4, STACKD
    }
    const bool sends_binary = reply.is_binary && limits_.accept_binary;
    const bool is_sendable = sends_binary || text::is_utf8(reply.body);
    const connections::PostResult sent = is_sendable
                                             ? connection->send(reply.body, sends_binary)
                                             : connection->send(text::to_utf8_lossy(reply.body), false);
    observability::RouteCounts* counts = call.serving->counts(call.route, shard_.index());
    if (sent == connections::PostResult::Delivered && counts != nullptr) counts->messages_out.add();
    finish(call);
}

void Gateway::send_error(connections::Connection& connection,
                         api::Refusal refusal,
                         std::string_view request_id)
{
    connection.post(api::error_frame(refusal, connection.info().id, request_id), false);
}

}  // namespace postern::gateway
