// SPDX-License-Identifier: Apache-2.0
#include "api/access_log_format.hpp"
#include "api/execution_log.hpp"
#include "gateway/gateway.hpp"

namespace postern::gateway {

namespace {

constexpr std::string_view kPluginUri = "plugin:";

std::string endpoint_of(const integrations::Handler& handler)
{
    return handler.endpoint.empty() ? std::string(kPluginUri) + handler.name : handler.endpoint;
}

/// The key that the log shows: AWS names the route of a connection's begin and end, also when there is none.
std::string_view route_key_of(api::EventType type, const Route* route)
{
    if (route != nullptr) return route->key;
    switch (type) {
        case api::EventType::Connect:
            return kConnectKey;
        case api::EventType::Disconnect:
            return kDisconnectKey;
        case api::EventType::Message:
            break;
    }
    return {};
}

api::ExecutionLogSubject subject_of(const Deployment& deployment,
                                    std::string_view route_key,
                                    std::string_view connection_id,
                                    const integrations::EventIds& ids)
{
    return {ids.request_id, deployment.stage().api_id, deployment.stage().stage, route_key, connection_id};
}

/// What is written of the end of an event; `begin_is_missing` when nothing has been written of it yet.
void append_end(api::ExecutionLog& log,
                const EventRecord& event,
                const observability::ExecutionLogOptions& options,
                bool begin_is_missing)
{
    const connections::ConnectionInfo& connection = *event.connection;
    if (begin_is_missing && options.is_info()) {
        log.begin();
        if (event.type == api::EventType::Connect) {
            log.connecting(connection.user_agent.value_or(""), connection.source_ip);
        }
        if (event.type == api::EventType::Message) log.received_message();
    }
    const bool has_note = event.note != nullptr;
    if (event.refusal == api::Refusal::IntegrationTimeout) {
        log.timed_out();
    } else if (has_note && event.note->function_error) {
        log.function_failed(*event.note->function_error, event.note->request_id);
    } else if (has_note && !event.note->configuration_error.empty()) {
        log.failed(event.note->configuration_error);
    } else if (!event.why.empty()) {
        log.failed(event.why);
    } else if (event.refusal) {
        log.failed(api::message_of(*event.refusal));
    }
    if (!options.is_info()) return;
    if (has_note && !event.note->request_id.empty()) log.endpoint_request_id(event.note->request_id);
    switch (event.type) {
        case api::EventType::Connect:
            return api::is_admission(event.status) ? log.connected() : log.refused(event.status);
        case api::EventType::Message:
            return log.sent(event.status);
        case api::EventType::Disconnect:
            return log.disconnected(event.status, event.close_code, event.close_reason);
    }
}

api::AccessLogRecord access_record(const EventRecord& event)
{
    const integrations::StageIdentity& stage = event.deployment->stage();
    const connections::ConnectionInfo& connection = *event.connection;
    const integrations::EventIds& ids = *event.ids;
    api::AccessLogRecord record;
    record.request_id = ids.request_id;
    record.extended_request_id = ids.request_id;
    record.api_id = stage.api_id;
    record.stage = stage.stage;
    record.route_key = route_key_of(event.type, event.route);
    record.event_type = api::to_string(event.type);
    record.connection_id = connection.id;
    if (event.type == api::EventType::Message) record.message_id = ids.message_id;
    record.domain_name = connection.domain_name;
    record.source_ip = connection.source_ip;
    if (connection.user_agent) record.user_agent = *connection.user_agent;
    if (event.refusal && event.status == api::status_of(*event.refusal)) {
        record.error_message = api::message_of(*event.refusal);
        record.error_response_type = api::response_type_of(*event.refusal);
    } else if (!event.why.empty()) {  // Postern's own: overload
        record.error_message = event.why;
        record.error_response_type = "DEFAULT_5XX";
    }
    record.status = event.status;
    record.request_time = ids.request_time;
    record.connected_at = connection.connected_at;
    if (event.integration_ms != EventRecord::kNotInvoked)
        record.integration_latency_ms = event.integration_ms;
    return record;
}

}  // namespace

/// The time of the event is that of its arrival, and what its lines tell must not go with its client.
void Gateway::keep_for_logs(Call& call, const connections::ConnectionInfo& connection)
{
    call.is_logged = true;
    if (!call.logged) call.logged = std::make_unique<LoggedCall>();
    call.logged->client = connection;
    call.logged->note = {};
    call.ids.make(connection.id, shard_.clock(), shard_.random());
}

/// The lines up to the integration's call; with data trace also what it gets, secrets of the handshake apart.
void Gateway::log_begin(Call& call, const integrations::EventParts& parts)
{
    const observability::ExecutionLogOptions& options = call.route->execution_log;
    if (!options.is_info()) return;
    const connections::ConnectionInfo& connection = *parts.connection;
    api::ExecutionLog log(
        lines_, shard_.clock().wall(), subject_of(*call.serving, call.route->key, connection.id, call.ids));
    log.begin();
    if (call.type == api::EventType::Connect) {
        log.connecting(connection.user_agent.value_or(""), connection.source_ip);
    }
    if (call.type == api::EventType::Message) log.received_message();
    if (options.is_traced()) {
        integrations::EventParts shown = parts;
        api::Headers headers;
        std::vector<api::QueryParameter> query;
        if (parts.event_headers != nullptr) {
            headers = api::redacted(*parts.event_headers);
            query = api::redacted(*parts.query);
            shown.headers = shown.event_headers = &headers;
            shown.query = &query;
        }
        integrations::EventScope scope(shown, call.ids, shard_.clock(), shard_.random());
        if (call.type == api::EventType::Message) log.message(scope.json());
        log.request(endpoint_of(*call.route->handler), {}, scope.json());
    }
    call.serving->logs()->execution->append(lines_);
    lines_.clear();
}

/// What has come back, with data trace: of a function its own words, also when they mean a failure, of a
/// plugin its `reply`, if there is one.
void Gateway::log_answer(Call& call,
                         const integrations::InvocationNote& note,
                         const integrations::InvokeReply* reply)
{
    call.logged->note = note;
    if (!call.route->execution_log.is_traced()) return;
    const std::int64_t latency_ms = shard_.clock().steady() - call.invoked_at;
    api::ExecutionLog log(lines_,
                          shard_.clock().wall(),
                          subject_of(*call.serving, call.route->key, call.connection_id, call.ids));
    if (note.payload) {
        log.function_response(latency_ms, note.request_id, note.function_error.has_value(), *note.payload);
    } else if (reply != nullptr) {
        log.response(reply->status_code, latency_ms, reply->headers, reply->body);
    } else {
        return;
    }
    call.serving->logs()->execution->append(lines_);
    lines_.clear();
}

void Gateway::log_end(const EventRecord& event)
{
    const observability::StageLogs& logs = *event.deployment->logs();
    const connections::ConnectionInfo& connection = *event.connection;
    event.ids->make(connection.id, shard_.clock(), shard_.random());
    const observability::ExecutionLogOptions& options =
        event.route != nullptr ? event.route->execution_log : event.deployment->default_execution_log();
    if (options.is_on()) {
        const std::string_view route_key = route_key_of(event.type, event.route);
        api::ExecutionLog log(lines_,
                              shard_.clock().wall(),
                              subject_of(*event.deployment, route_key, connection.id, *event.ids));
        append_end(log, event, options, event.integration_ms == EventRecord::kNotInvoked);
        logs.execution->append(lines_);
        lines_.clear();
    }
    if (logs.access_format) {
        logs.access_format->append(lines_, access_record(event));
        logs.access->append(lines_);
        lines_.clear();
    }
}

bool Gateway::logs_api_calls(const StageSlot& stage)
{
    const observability::StageLogs* logs = stage.current ? stage.current->logs() : nullptr;
    return logs != nullptr && logs->access_format.has_value();
}

/// Spec captures 1.5 and 3.5: both ids are those of the answer; no error.*, whatever the status.
void Gateway::on_api_call(const ApiCallRecord& call, const api::HttpReply& reply)
{
    const observability::StageLogs& logs = *call.deployment->logs();
    const auto header = [&](std::string_view name) {
        const api::Header* found = api::find_header(reply.headers, name);
        return found == nullptr ? std::string_view() : std::string_view(found->value);
    };
    api::AccessLogRecord record;
    record.request_id = header("x-amzn-RequestId");
    record.extended_request_id = header("x-amz-apigw-id");
    record.api_id = call.deployment->stage().api_id;
    record.stage = call.deployment->stage().stage;
    record.route_key = call.route_key;
    record.event_type = "CONNECTION_API";
    record.connection_id = call.connection_id;
    record.domain_name = call.domain_name;
    record.source_ip = call.source_ip;
    record.user_agent = call.user_agent;
    record.caller = call.signer.access_key_id;  // AWS has the user's unique id here, which we do not know
    record.user = call.signer.access_key_id;
    record.user_arn = call.signer.user_arn;
    record.status = reply.status;
    record.request_time = call.request_time;
    record.integration_latency_ms = shard_.clock().steady() - call.began_at;
    logs.access_format->append(lines_, record);
    logs.access->append(lines_);
    lines_.clear();
}

}  // namespace postern::gateway
