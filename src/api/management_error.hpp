// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/gateway_error.hpp"
#include "api/policy.hpp"
#include "api/sigv4.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Every answer of @connections, byte for byte (spec data-plane 7.1 and 7.2, captures 1.4 and 3.4).
namespace postern::api::management {

/// What AWS numbers a request with: a UUID, a new_request_id() and a new_trace_id().
struct ReplyIds {
    std::string_view amzn_request_id;
    std::string_view apigw_id;
    std::string_view trace_id;  ///< only of an answer by the API itself, not of one by the front
};

/// What GET tells about a connection.
struct ConnectionDescription {
    std::string_view source_ip;
    std::optional<std::string_view> user_agent;
    EpochMillis connected_at = 0;
    EpochMillis last_active_at = 0;
};

/// 200: accepted for delivery.
HttpReply post_ok(const ReplyIds& ids, EpochMillis now);

HttpReply get_ok(const ConnectionDescription& connection, const ReplyIds& ids, EpochMillis now);

/// 200 with a JSON body: what is beyond AWS.
HttpReply ok(std::string json_body, const ReplyIds& ids, EpochMillis now);

/// 400: something else than the id is malformed; beyond AWS as well.
HttpReply invalid(std::string_view message, const ReplyIds& ids, EpochMillis now);

/// 204
HttpReply delete_ok(const ReplyIds& ids, EpochMillis now);

/// 410: closed, or of another API, or never there; also inside the connection's own $connect.
HttpReply gone(const ReplyIds& ids, EpochMillis now);

/// 400, whoever asks: an id's shape is looked at before its caller.
HttpReply malformed_id(std::string_view connection_id, const ReplyIds& ids, EpochMillis now);

/// 413: the body is larger than a message may be.
HttpReply too_large(EpochMillis now);

/// 429: the connection's outbox is full, or the caller is over a rate.
HttpReply limit_exceeded(const ReplyIds& ids, EpochMillis now);

/// 403: no such stage.
HttpReply forbidden(const ReplyIds& ids, EpochMillis now);

/// 404: a path with a stage on a custom domain whose mapping already names one. `route` is the path without
/// its first slash. Status and error type UNCONFIRMED.
HttpReply no_method(std::string_view route, std::string_view method, const ReplyIds& ids, EpochMillis now);

/// 403: the signature did not verify. `outcome` is not Verified.
HttpReply not_authenticated(const sigv4::Outcome& outcome, const ReplyIds& ids, EpochMillis now);

/// What x-amzn-ErrorType says of a signature that did not verify.
std::string_view error_type_of(sigv4::Verdict verdict);

/// Whose statement is missing or denies: a long-term key's or that of a session's.
enum class PolicyKind { Identity, Session };

/// "User: ... is not authorized to perform: ...", and why. `verdict` is not Allowed.
std::string denial(std::string_view user_arn,
                   std::string_view action,
                   std::string_view resource,
                   PolicyVerdict verdict,
                   PolicyKind kind);

/// 403: the key's policy does not let it. `verdict` is not Allowed.
HttpReply access_denied(std::string_view user_arn,
                        const ConnectionsResource& resource,
                        PolicyVerdict verdict,
                        PolicyKind kind,
                        const ReplyIds& ids,
                        EpochMillis now);

}  // namespace postern::api::management
