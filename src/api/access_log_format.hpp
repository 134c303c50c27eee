// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/event.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::api {

/// What $context knows at the end of an event. Views; empty is "no value", which is written as '-' (spec
/// captures 1.5).
struct AccessLogRecord {
    std::string_view request_id;
    std::string_view extended_request_id;
    std::string_view api_id;
    std::string_view stage;
    std::string_view route_key;
    std::string_view event_type;  ///< CONNECT, MESSAGE, DISCONNECT, CONNECTION_API
    std::string_view connection_id;
    std::string_view message_id;  ///< of a MESSAGE only
    std::string_view domain_name;
    std::string_view source_ip;
    std::string_view user_agent;
    std::string_view caller;         ///< who signed; of a CONNECTION_API only, as are the two below
    std::string_view user;           ///< the same
    std::string_view user_arn;       ///< the same
    std::string_view error_message;  ///< when the gateway refuses, not the integration
    std::string_view error_response_type;
    int status = 200;
    EpochMillis request_time = 0;
    std::optional<EpochMillis> connected_at;  ///< not of a CONNECTION_API
    std::optional<std::int64_t> integration_latency_ms;
    const std::vector<AuthorizerValue>* authorizer = nullptr;  ///< null without an authorizer
};

/// The format of an access log, compiled: literals and `$context` variables (spec config-plane 4.1).
/// Immutable; thread: any.
class AccessLogFormat {
public:
    static constexpr std::size_t kBytesMax = 3 * 1024;  ///< AWS's

    /// One of the names clf, json, xml and csv, which stand for AWS's four formats, or a format. BadInput,
    /// with AWS's message, when it has neither request id or more than one line; a newline at the end is no
    /// second line.
    static Result<AccessLogFormat> parse(std::string_view text);

    /// Appends one line with its '\n'. In a format that is a JSON object values are escaped as in JSON
    /// strings, in one that is an XML element as there; in any but JSON control characters are escaped as in
    /// JSON, so that a value never begins a line of its own. What AWS does about it is UNCONFIRMED.
    void append(std::string& out, const AccessLogRecord& record) const;

private:
    enum class Variable : std::uint8_t;
    enum class Escaping : std::uint8_t { Plain, Json, Xml };
    /// A literal, and the variable behind it.
    struct Piece {
        std::string literal;
        Variable variable;
        std::string authorizer_key;  ///< of Variable::AuthorizerValue
    };

    static Variable variable_of(std::string_view name);
    void append_value(std::string& out, const Piece& piece, const AccessLogRecord& record) const;

    std::vector<Piece> pieces_;
    std::string tail_;
    Escaping escaping_ = Escaping::Plain;
};

}  // namespace postern::api
