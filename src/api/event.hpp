// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/header.hpp"
#include "api/model.hpp"
#include "core/clock.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The Lambda proxy events CONNECT, MESSAGE and DISCONNECT, byte for byte as AWS serialises them (spec
/// data-plane 2, captures 3.1 and 3.2): compact JSON, appended to a buffer of the caller's, nothing built in
/// between.
namespace postern::api {

enum class EventType { Connect, Message, Disconnect };

/// "CONNECT", "MESSAGE", "DISCONNECT": $context.eventType.
std::string_view to_string(EventType type);

/// One parameter of the query string, decoded (text::query_decode).
struct QueryParameter {
    std::string name;
    std::string value;

    bool operator==(const QueryParameter&) const = default;
};

/// The parameters of a query string (without '?') in the client's order; "" has none.
std::vector<QueryParameter> parse_query(std::string_view query);

/// One member of requestContext.authorizer. AWS writes context values as strings and only integrationLatency
/// as a number (spec captures 1.2), so `value` is then decimal text.
struct AuthorizerValue {
    std::string name;
    std::string value;
    bool is_number = false;
};

/// What $context knows about one event. Views: valid for as long as the call that gets it.
struct RequestContext {
    EventType event_type = EventType::Message;
    std::string_view route_key;
    std::string_view message_id;  ///< of a Message only
    std::string_view request_id;
    std::string_view stage;
    std::string_view domain_name;  ///< the Host that the client used, or the API's own (ADR 0017)
    std::string_view connection_id;
    std::string_view api_id;
    EpochMillis connected_at = 0;
    EpochMillis request_time = 0;
    int disconnect_status_code = 0;  ///< of a Disconnect only, like the reason
    std::string_view disconnect_reason;
    std::optional<std::string_view> user_agent;  ///< absent when the client sent none
    std::string_view source_ip;
    const std::vector<AuthorizerValue>* authorizer =
        nullptr;  ///< null without an authorizer; written in its order
};

/// Appends `"requestContext":{...}` without a comma on either side.
void append_request_context(std::string& out, const RequestContext& context);

/// `headers` are the client's with add_forwarding_headers() applied, `query` is as parse_query() made it: the
/// event sorts both, and leaves Connection, Upgrade and Content-Length out.
void append_connect_event(std::string& out,
                          const RequestContext& context,
                          std::span<const Header> headers,
                          std::span<const QueryParameter> query,
                          const StringMap& stage_variables);

/// `body` as it stands in the event: the client's text, valid UTF-8, or with `is_base64_encoded` (a binary
/// message, which only Postern's acceptBinary lets in) base64.
void append_message_event(std::string& out,
                          const RequestContext& context,
                          std::string_view body,
                          bool is_base64_encoded,
                          const StringMap& stage_variables);

void append_disconnect_event(std::string& out,
                             const RequestContext& context,
                             const StringMap& stage_variables);

/// Adds the four headers that AWS's front adds to a client's request (spec data-plane 2.3). The client's own
/// X-Forwarded-Port, X-Forwarded-Proto and X-Amzn-Trace-Id are replaced; its X-Forwarded-For is kept in front
/// of `source_ip`, as on AWS's REST APIs (for WebSocket APIs UNCONFIRMED). `trace_id` is new_trace_id()'s.
void add_forwarding_headers(Headers& headers,
                            std::string_view source_ip,
                            std::string_view port,
                            std::string_view proto,
                            std::string_view trace_id);

}  // namespace postern::api
