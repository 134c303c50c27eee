// SPDX-License-Identifier: Apache-2.0
#include "gateway/record.hpp"

#include "gateway/gateway.hpp"

// Where the ends of all events meet: whatever counts or writes down events hooks in here.
namespace postern::gateway {

namespace {

constexpr int kFirstErrorStatus = 400;
constexpr int kFirstServerErrorStatus = 500;

/// AWS's six (spec config-plane 4.3). A $connect counts as a message as well (spec captures 1.5); that a
/// $disconnect does is UNCONFIRMED.
void count(observability::RouteCounts& counts, const EventRecord& event)
{
    const bool is_invoked = event.integration_ms != EventRecord::kNotInvoked;
    const bool is_connect = event.type == api::EventType::Connect;
    if (is_invoked || event.type == api::EventType::Message) counts.messages_in.add();
    if (is_invoked && is_connect) counts.connects.add();
    if (!event.refusal) {
        if (!is_invoked) return;
        counts.integration_latency.record(event.integration_ms);
        if (event.status >= kFirstErrorStatus) counts.integration_errors.add();
    } else if (!is_invoked && event.status < kFirstServerErrorStatus) {
        counts.client_errors.add();
    } else {
        counts.execution_errors.add();
    }
}

}  // namespace

void Gateway::record(const EventRecord& event)
{
    if (observability::RouteCounts* counts = event.deployment->counts(event.route, shard_.index())) {
        count(*counts, event);
    }
    if (event.deployment->logs() != nullptr) log_end(event);
}

/// A handshake for which no integration was asked. `ids` are made when a line wants them.
void Gateway::record_unasked(const ConnectRequest& request,
                             integrations::EventIds& ids,
                             int status,
                             std::optional<api::Refusal> refusal,
                             std::string_view why)
{
    const Deployment* deployment = request.stage->current.get();
    if (deployment == nullptr) return;  // the stage is gone, and with it whatever counts or logs
    EventRecord event;
    event.type = api::EventType::Connect;
    event.deployment = deployment;
    event.route = deployment->connect();
    event.status = status;
    event.refusal = refusal;
    event.connection = request.connection;
    event.ids = &ids;
    event.why = why;
    record(event);
}

void Gateway::record(Call& call, int status, std::optional<api::Refusal> refusal, std::string_view why)
{
    EventRecord event;
    event.type = call.type;
    event.deployment = call.serving;
    event.route = call.route;
    event.status = status;
    event.refusal = refusal;
    event.integration_ms = shard_.clock().steady() - call.invoked_at;
    event.ids = &call.ids;
    event.why = why;
    if (call.is_logged) {
        event.connection = &call.logged->client;
        event.close_code = call.logged->close_code;
        event.close_reason = call.logged->close_reason;
        event.note = &call.logged->note;
    }
    record(event);
}

}  // namespace postern::gateway
