// SPDX-License-Identifier: Apache-2.0
#include "integrations/event_scope.hpp"

#include "core/base64.hpp"

#include <utility>

namespace postern::integrations {

namespace {

postern_text text(std::string_view s)
{
    return {s.data(), s.size()};
}

template <class Pairs>
void append_pairs(std::vector<postern_pair>& out, const Pairs& pairs)
{
    for (const auto& pair : pairs) out.push_back({text(pair.name), text(pair.value)});
}

}  // namespace

void EventIds::make(const api::ConnectionId& connection_id, const Clock& clock, Random& random)
{
    if (is_made) return;
    is_made = true;
    request_time = clock.wall();
    request_id = api::new_request_id(request_time, random);
    message_id = api::new_message_id(connection_id, random);
}

EventScope::EventScope(
    const EventParts& parts, EventIds& ids, const Clock& clock, Random& random, SteadyMillis wanted_until)
    : parts_(parts), ids_(ids), clock_(clock), random_(random), wanted_until_(wanted_until)
{
    const connections::ConnectionInfo& connection = *parts.connection;
    event_.size = sizeof(event_);
    event_.event_type = static_cast<std::uint32_t>(parts.type);
    event_.is_binary = parts.is_binary ? 1 : 0;
    event_.api_id = text(parts.stage->api_id);
    event_.stage = text(parts.stage->stage);
    event_.route_key = text(parts.route_key);
    event_.connection_id = text(connection.id);
    event_.domain_name = text(connection.domain_name);
    event_.source_ip = text(connection.source_ip);
    if (connection.user_agent) event_.user_agent = text(*connection.user_agent);
    event_.body = text(parts.body);
    event_.connected_at = connection.connected_at;
    if (parts.headers != nullptr && parts.query != nullptr) {
        pairs_.reserve(parts.headers->size() + parts.query->size());
        append_pairs(pairs_, *parts.headers);
        append_pairs(pairs_, *parts.query);
        event_.headers = pairs_.data();
        event_.header_count = parts.headers->size();
        event_.query = pairs_.data() + parts.headers->size();
        event_.query_count = parts.query->size();
    }
    event_.disconnect_status_code = parts.disconnect_code;
    event_.disconnect_reason = text(parts.disconnect_reason);
    event_.internal = this;
}

std::string_view EventScope::trace_id() const
{
    if (parts_.event_headers == nullptr) return {};
    const api::Header* const header = api::find_header(*parts_.event_headers, "X-Amzn-Trace-Id");
    return header == nullptr ? std::string_view() : std::string_view(header->value);
}

std::string_view EventScope::request_id()
{
    ids_.make(parts_.connection->id, clock_, random_);
    return ids_.request_id;
}

std::string_view EventScope::message_id()
{
    ids_.make(parts_.connection->id, clock_, random_);
    return ids_.message_id;
}

const std::string* EventScope::stage_variable(std::string_view name) const
{
    const auto found = parts_.stage->stage_variables.find(name);
    return found == parts_.stage->stage_variables.end() ? nullptr : &found->second;
}

std::string_view EventScope::json()
{
    if (!json_.empty()) return json_;
    ids_.make(parts_.connection->id, clock_, random_);
    const connections::ConnectionInfo& connection = *parts_.connection;
    api::RequestContext context;
    context.event_type = parts_.type;
    context.route_key = parts_.route_key;
    context.message_id = ids_.message_id;
    context.request_id = ids_.request_id;
    context.stage = parts_.stage->stage;
    context.domain_name = connection.domain_name;
    context.connection_id = connection.id;
    context.api_id = parts_.stage->api_id;
    context.connected_at = connection.connected_at;
    context.request_time = ids_.request_time;
    context.disconnect_status_code = parts_.disconnect_code;
    context.disconnect_reason = parts_.disconnect_reason;
    if (connection.user_agent) context.user_agent = *connection.user_agent;
    context.source_ip = connection.source_ip;
    switch (parts_.type) {
        case api::EventType::Connect:
            api::append_connect_event(
                json_, context, *parts_.event_headers, *parts_.query, parts_.stage->stage_variables);
            break;
        case api::EventType::Message:
            api::append_message_event(
                json_,
                context,
                parts_.is_binary ? base64::encode(parts_.body) : std::string(parts_.body),
                parts_.is_binary,
                parts_.stage->stage_variables);
            break;
        case api::EventType::Disconnect:
            api::append_disconnect_event(json_, context, parts_.stage->stage_variables);
            break;
    }
    return json_;
}

std::string EventScope::take_json()
{
    json();
    return std::exchange(json_, {});
}

OwnedEvent::OwnedEvent(const EventParts& parts, const EventIds& ids, std::shared_ptr<const void> keep)
    : keep_(std::move(keep)),
      connection_(*parts.connection),
      route_key_(parts.route_key),
      body_(parts.body),
      disconnect_reason_(parts.disconnect_reason),
      parts_(parts),
      ids_(ids)
{
    parts_.connection = &connection_;
    parts_.route_key = route_key_;
    parts_.body = body_;
    parts_.disconnect_reason = disconnect_reason_;
    if (parts.headers != nullptr) {
        headers_ = *parts.headers;
        query_ = *parts.query;
        event_headers_ = *parts.event_headers;
        parts_.headers = &headers_;
        parts_.query = &query_;
        parts_.event_headers = &event_headers_;
    }
}

}  // namespace postern::integrations
