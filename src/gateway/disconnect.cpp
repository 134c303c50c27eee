// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway.hpp"

namespace postern::gateway {

void Gateway::on_disconnect(const connections::ConnectionInfo& connection,
                            StageSlot& stage,
                            std::uint16_t code,
                            std::string_view reason)
{
    const Deployment* deployment = stage.current.get();
    if (deployment == nullptr) return;
    const Route* route = deployment->disconnect();
    if (route == nullptr) {
        integrations::EventIds ids;
        EventRecord event;
        event.type = api::EventType::Disconnect;
        event.deployment = deployment;
        event.connection = &connection;
        event.ids = &ids;
        event.close_code = code;
        event.close_reason = reason;
        return record(event);
    }

    Call& call = open(api::EventType::Disconnect, *deployment, *route, connection);
    if (call.is_logged) {
        call.logged->close_code = code;
        call.logged->close_reason = reason;
    }
    integrations::EventParts parts;
    parts.type = api::EventType::Disconnect;
    parts.stage = &deployment->stage();
    parts.connection = &connection;
    parts.route_key = call.route->key;
    parts.disconnect_code = code;
    parts.disconnect_reason = reason;
    invoke(call, parts, stage);
}

}  // namespace postern::gateway
