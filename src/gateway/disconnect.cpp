// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway.hpp"

namespace postern::gateway {

void Gateway::on_disconnect(const connections::ConnectionInfo& connection,
                            StageSlot& stage,
                            std::uint16_t code,
                            std::string_view reason)
{
    const Deployment* deployment = stage.current.get();
    if (deployment == nullptr || deployment->disconnect() == nullptr) return;

    Call& call = calls_.open(api::EventType::Disconnect, *deployment->disconnect());
    call.connection_id = connection.id;
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
