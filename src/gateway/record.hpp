// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/event.hpp"
#include "api/gateway_error.hpp"
#include "api/sigv4.hpp"
#include "connections/connection.hpp"
#include "integrations/event_scope.hpp"
#include "integrations/plugin_host.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace postern::gateway {

class Deployment;
struct Route;

/// How one event ended; Gateway::record() is told once for each CONNECT, MESSAGE and DISCONNECT, on the
/// shard's thread. Borrows everything.
struct EventRecord {
    static constexpr std::int64_t kNotInvoked = -1;

    api::EventType type = api::EventType::Message;
    const Deployment* deployment = nullptr;     ///< never null
    const Route* route = nullptr;               ///< null: the stage has none for the event
    int status = 200;                           ///< $context.status
    std::optional<api::Refusal> refusal;        ///< when the gateway, not the integration, says no
    std::int64_t integration_ms = kNotInvoked;  ///< from the call to its answer; a few ms coarse

    // For the logs.
    const connections::ConnectionInfo* connection = nullptr;  ///< null when the stage has no logs
    integrations::EventIds* ids = nullptr;                    ///< made when a line wants them
    std::uint16_t close_code = 0;                             ///< of a Disconnect, like the reason
    std::string_view close_reason;
    const integrations::InvocationNote* note = nullptr;  ///< null: nothing was answered, or nobody logs it
    std::string_view why;  ///< for people; when the status is not the refusal's: the gateway has no room
};

/// One @connections call, for the access log: of the stages that have one. Owned, since the answer may come
/// when the caller has gone.
struct ApiCallRecord {
    std::shared_ptr<const Deployment> deployment;
    std::string route_key;      ///< "POST /@connections/{connectionId}"
    std::string connection_id;  ///< as the caller sent it; empty when the call names none
    std::string domain_name;
    std::string source_ip;
    std::string user_agent;
    api::sigv4::Principal signer;
    EpochMillis request_time = 0;
    SteadyMillis began_at = 0;
};

}  // namespace postern::gateway
