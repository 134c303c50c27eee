// SPDX-License-Identifier: Apache-2.0
#include "api/management_error.hpp"

#include "core/json_text.hpp"
#include "core/text.hpp"
#include "core/time_text.hpp"

#include <string>
#include <utility>

namespace postern::api::management {

namespace {

struct Status {
    int code;
    std::string_view reason;
};

constexpr Status kOk{200, "OK"};
constexpr Status kNoContent{204, "No Content"};
constexpr Status kBadRequest{400, "Bad Request"};
constexpr Status kDenied{403, "Forbidden"};
constexpr Status kNotFound{404, "Not Found"};
constexpr Status kGone{410, "Gone"};
constexpr Status kTooLarge{413, "Payload Too Large"};
constexpr Status kTooMany{429, "Too Many Requests"};

/// Who answers: the API's answers carry X-Amzn-Trace-Id, the front's do not.
enum class Origin { Api, Front };

HttpReply make_reply(Status status,
                     std::string_view error_type,
                     std::string body,
                     Origin origin,
                     const ReplyIds& ids,
                     EpochMillis now)
{
    HttpReply reply;
    reply.status = status.code;
    reply.reason = status.reason;
    Headers& headers = reply.headers;
    headers.push_back({"Date", time_text::http_date(now)});
    headers.push_back({"Content-Type", "application/json"});
    if (status.code != kNoContent.code) {  // a 204 has no length (RFC 9110 section 8.6)
        headers.push_back({"Content-Length", std::to_string(body.size())});
    }
    headers.push_back({"Connection", "keep-alive"});
    headers.push_back({"x-amzn-RequestId", std::string(ids.amzn_request_id)});
    if (!error_type.empty()) headers.push_back({"x-amzn-ErrorType", std::string(error_type)});
    headers.push_back({"x-amz-apigw-id", std::string(ids.apigw_id)});
    if (origin == Origin::Api) headers.push_back({"X-Amzn-Trace-Id", std::string(ids.trace_id)});
    reply.body = std::move(body);
    return reply;
}

HttpReply make_error(Status status,
                     std::string_view error_type,
                     std::string_view message,
                     const ReplyIds& ids,
                     EpochMillis now)
{
    // The message may quote the caller's bytes, whatever they are.
    std::string body = "{\"message\":" + json::quoted(text::to_utf8_lossy(message)) + "}";
    return make_reply(status, error_type, std::move(body), Origin::Front, ids, now);
}

}  // namespace

std::string_view error_type_of(sigv4::Verdict verdict)
{
    switch (verdict) {
        case sigv4::Verdict::MissingAuthenticationToken:
            return "MissingAuthenticationTokenException";
        case sigv4::Verdict::IncompleteSignature:
            return "IncompleteSignatureException";
        case sigv4::Verdict::UnknownAccessKey:
            return "UnrecognizedClientException";
        case sigv4::Verdict::InvalidSignature:
        case sigv4::Verdict::Expired:
        case sigv4::Verdict::NotYetCurrent:
        case sigv4::Verdict::Verified:  // never refused
            return "InvalidSignatureException";
    }
    return {};
}

HttpReply post_ok(const ReplyIds& ids, EpochMillis now)
{
    return make_reply(kOk, "", "", Origin::Api, ids, now);
}

HttpReply get_ok(const ConnectionDescription& connection, const ReplyIds& ids, EpochMillis now)
{
    std::string body = "{\n  \"identity\" : {\n    \"sourceIp\" : ";
    json::append_quoted(body, connection.source_ip);
    body += ",\n    \"userAgent\" : ";
    if (connection.user_agent) {
        json::append_quoted(body, text::to_utf8_lossy(*connection.user_agent));
    } else {
        body += "null";
    }
    body += "\n  },\n  \"connectedAt\" : ";
    json::append_quoted(body, time_text::iso8601(connection.connected_at));
    body += ",\n  \"lastActiveAt\" : ";
    json::append_quoted(body, time_text::iso8601(connection.last_active_at));
    body += "\n}";
    return make_reply(kOk, "", std::move(body), Origin::Api, ids, now);
}

HttpReply ok(std::string json_body, const ReplyIds& ids, EpochMillis now)
{
    return make_reply(kOk, "", std::move(json_body), Origin::Api, ids, now);
}

HttpReply invalid(std::string_view message, const ReplyIds& ids, EpochMillis now)
{
    return make_error(kBadRequest, "BadRequestException", message, ids, now);
}

HttpReply delete_ok(const ReplyIds& ids, EpochMillis now)
{
    return make_reply(kNoContent, "", "", Origin::Api, ids, now);
}

HttpReply gone(const ReplyIds& ids, EpochMillis now)
{
    return make_reply(kGone, "GoneException", "", Origin::Api, ids, now);
}

HttpReply malformed_id(std::string_view connection_id, const ReplyIds& ids, EpochMillis now)
{
    return make_error(
        kBadRequest, "BadRequestException", "Invalid connectionId: " + std::string(connection_id), ids, now);
}

HttpReply too_large(EpochMillis now)
{
    HttpReply reply;
    reply.status = kTooLarge.code;
    reply.reason = kTooLarge.reason;
    reply.headers = {
        {"Date", time_text::http_date(now)}, {"Content-Length", "0"}, {"Connection", "keep-alive"}};
    return reply;
}

/// Status and type are of AWS's own model of the API; that the body is empty as GoneException's is INF.
HttpReply limit_exceeded(const ReplyIds& ids, EpochMillis now)
{
    return make_reply(kTooMany, "LimitExceededException", "", Origin::Api, ids, now);
}

HttpReply forbidden(const ReplyIds& ids, EpochMillis now)
{
    return front_refusal(kForbidden, ids.amzn_request_id, ids.apigw_id, now);
}

HttpReply no_method(std::string_view route, std::string_view method, const ReplyIds& ids, EpochMillis now)
{
    std::string message = "No method found matching route ";
    message.append(route).append(" for http method ").append(method).append(1, '.');
    return make_error(kNotFound, "NotFoundException", message, ids, now);
}

HttpReply not_authenticated(const sigv4::Outcome& outcome, const ReplyIds& ids, EpochMillis now)
{
    return make_error(kDenied, error_type_of(outcome.verdict), outcome.message, ids, now);
}

/// The words for a session policy are captured here, those for an identity-based one on $connect (spec
/// data-plane 1.4).
std::string denial(std::string_view user_arn,
                   std::string_view action,
                   std::string_view resource,
                   PolicyVerdict verdict,
                   PolicyKind kind)
{
    const bool is_session = kind == PolicyKind::Session;
    std::string message = "User: ";
    message.append(user_arn).append(" is not authorized to perform: ").append(action);
    message.append(" on resource: ").append(resource);
    if (verdict == PolicyVerdict::ExplicitDeny) {
        message.append(" with an explicit deny in ")
            .append(is_session ? "a session policy" : "an identity-based policy");
    } else {
        message.append(" because no ")
            .append(is_session ? "session" : "identity-based")
            .append(" policy allows the ")
            .append(action)
            .append(" action");
    }
    return message;
}

HttpReply access_denied(std::string_view user_arn,
                        const ConnectionsResource& resource,
                        PolicyVerdict verdict,
                        PolicyKind kind,
                        const ReplyIds& ids,
                        EpochMillis now)
{
    const std::string message = denial(user_arn, kManageConnections, resource.masked_arn(), verdict, kind);
    std::string body = "{\"Message\":" + json::quoted(text::to_utf8_lossy(message)) + "}";
    return make_reply(kDenied, "AccessDeniedException", std::move(body), Origin::Front, ids, now);
}

}  // namespace postern::api::management
