// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway.hpp"

namespace postern::gateway {

void Gateway::on_disconnect(const connections::ConnectionInfo& connection,
                            StageSlot& stage,
                            std::uint16_t code,
                            std::string_view reason)
{
    const DeploymentPtr& deployment = stage.current;
    if (deployment == nullptr || deployment->disconnect() == nullptr) return;

    integrations::EventParts parts;
    parts.type = api::EventType::Disconnect;
    parts.stage = &deployment->stage();
    parts.connection = &connection;
    parts.route_key = deployment->disconnect()->key;
    parts.disconnect_code = code;
    parts.disconnect_reason = reason;
    if (!disconnects_.begin(limits_.concurrent_disconnects_max)) return disconnects_.push(parts, deployment);
    start_disconnect(parts, deployment);
}

void Gateway::start_disconnect(const integrations::EventParts& parts, const DeploymentPtr& deployment)
{
    Call& call = calls_.open(api::EventType::Disconnect, *deployment->disconnect());
    call.connection_id = parts.connection->id;
    invoke(call, parts, deployment);
}

}  // namespace postern::gateway
