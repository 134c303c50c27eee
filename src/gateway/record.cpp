// SPDX-License-Identifier: Apache-2.0
#include "gateway/record.hpp"

#include "gateway/gateway.hpp"

// Where the ends of all events meet: whatever counts or writes down events hooks in here.
namespace postern::gateway {

void Gateway::record(const EventRecord& event)
{
    if (event.deployment->logs() != nullptr) log_end(event);
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
    }
    record(event);
}

}  // namespace postern::gateway
