// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway.hpp"

namespace postern::gateway {

void Gateway::on_disconnect(const connections::ConnectionInfo& connection,
                            StageSlot& stage,
                            std::uint16_t code,
                            std::string_view reason)
{
    // A stage may go while $connect is being asked: who is let in then is closed at once.
    const DeploymentPtr deployment = stage.current != nullptr ? stage.current : admitting_;
    if (deployment == nullptr) return;
    if (deployment->disconnect() == nullptr) {
        integrations::EventIds ids;
        EventRecord event;
        event.type = api::EventType::Disconnect;
        event.deployment = deployment.get();
        event.connection = &connection;
        event.ids = &ids;
        event.close_code = code;
        event.close_reason = reason;
        return record(event);
    }

    integrations::EventParts parts;
    parts.type = api::EventType::Disconnect;
    parts.stage = &deployment->stage();
    parts.connection = &connection;
    parts.route_key = deployment->disconnect()->key;
    parts.disconnect_code = code;
    parts.disconnect_reason = reason;
    if (stage.disconnects.has_place(limits_.concurrent_disconnects_max)) {
        return start_disconnect(stage, parts, deployment);
    }
    stage.disconnects.push(
        {std::make_unique<integrations::OwnedEvent>(parts, integrations::EventIds{}, deployment),
         deployment});
}

void Gateway::start_disconnect(StageSlot& stage,
                               const integrations::EventParts& parts,
                               const DeploymentPtr& deployment)
{
    Call& call = open(api::EventType::Disconnect, *deployment, *deployment->disconnect(), *parts.connection);
    call.stage = &stage;
    stage.disconnects.begin();
    if (call.is_logged) {
        call.logged->close_code = parts.disconnect_code;
        call.logged->close_reason = parts.disconnect_reason;
    }
    invoke(call, parts, deployment);
}

}  // namespace postern::gateway
