// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/event.hpp"
#include "api/ids.hpp"
#include "api/invocation.hpp"
#include "connections/connection.hpp"
#include "core/random.hpp"

#include <postern/plugin.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern::integrations {

/// The ids and the time of one event, made when somebody asks for the first of them.
struct EventIds {
    bool is_made = false;
    api::RequestId request_id;
    api::MessageId message_id;
    EpochMillis request_time = 0;

    void make(const api::ConnectionId& connection_id, const Clock& clock, Random& random);
};

/// Which API and stage an event belongs to. Lives in a deployment.
struct StageIdentity {
    std::string api_id;
    std::string stage;
    api::StringMap stage_variables;
};

/// Everything an event is made of; views into what the gateway holds while the handler is being called.
struct EventParts {
    api::EventType type = api::EventType::Message;
    const StageIdentity* stage = nullptr;
    const connections::ConnectionInfo* connection = nullptr;
    std::string_view route_key;
    std::string_view body;
    bool is_binary = false;
    const api::Headers* headers = nullptr;                    ///< CONNECT: the client's own
    const std::vector<api::QueryParameter>* query = nullptr;  ///< CONNECT
    const api::Headers* event_headers = nullptr;              ///< CONNECT: with the forwarding headers
    std::uint16_t disconnect_code = 0;
    std::string_view disconnect_reason;
};

/// One event as a handler sees it: the C structure, and behind `internal` this object, which builds AWS's
/// JSON, ids and stage variables when the handler asks. Lives on the stack of the call; used by the thread
/// that runs the handler.
class EventScope {
public:
    /// `wanted_until`: nobody waits for the handler's answer any longer.
    EventScope(const EventParts& parts,
               EventIds& ids,
               const Clock& clock,
               Random& random,
               SteadyMillis wanted_until = api::Invocation::kForever);
    EventScope(const EventScope&) = delete;
    EventScope& operator=(const EventScope&) = delete;

    const postern_event& event() const { return event_; }
    SteadyMillis wanted_until() const { return wanted_until_; }
    /// X-Amzn-Trace-Id of the event's headers; "" of one without.
    std::string_view trace_id() const;
    std::string_view request_id();
    std::string_view message_id();
    std::string_view json();
    std::string take_json();  ///< the same, to keep
    const std::string* stage_variable(std::string_view name) const;

    static EventScope& of(const postern_event& event)
    {
        return *static_cast<EventScope*>(const_cast<void*>(event.internal));
    }

private:
    const EventParts& parts_;
    EventIds& ids_;
    const Clock& clock_;
    Random& random_;
    const SteadyMillis wanted_until_;
    postern_event event_{};
    std::vector<postern_pair> pairs_;
    std::string json_;
};

/// An event that outlives the turn it came in: for handlers on a worker thread.
class OwnedEvent {
public:
    /// `keep` holds what parts.stage points into (the deployment).
    OwnedEvent(const EventParts& parts, const EventIds& ids, std::shared_ptr<const void> keep);
    OwnedEvent(const OwnedEvent&) = delete;
    OwnedEvent& operator=(const OwnedEvent&) = delete;

    const EventParts& parts() const { return parts_; }
    EventIds& ids() { return ids_; }

private:
    std::shared_ptr<const void> keep_;
    connections::ConnectionInfo connection_;
    std::string route_key_;
    std::string body_;
    std::string disconnect_reason_;
    api::Headers headers_;
    api::Headers event_headers_;
    std::vector<api::QueryParameter> query_;
    EventParts parts_;
    EventIds ids_;
};

}  // namespace postern::integrations
