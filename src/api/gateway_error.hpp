// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/header.hpp"
#include "core/clock.hpp"

#include <span>
#include <string>
#include <string_view>

/// What a client is told, and in which bytes: every frame and HTTP answer with which the gateway refuses, and
/// the 101 (spec data-plane 1.2, 1.4 and 4, captures 1.1, 3.3 and 3.4). The one place.
namespace postern::api {

/// Why the gateway says no to a handshake or to a message. A refused message leaves its connection open.
enum class Refusal {
    IntegrationFailed,   ///< the integration threw, crashed or answered nonsense
    NotInvocable,        ///< the integration could not be called at all
    IntegrationTimeout,  ///< no answer within the integration's time
    Throttled,           ///< over a rate or a bound; as a frame UNCONFIRMED
    NoRoute,             ///< a message for which there is no route
};

/// The status of a refused handshake, which is also $context.status of a refused message.
int status_of(Refusal refusal);

/// $context.error.message
std::string_view message_of(Refusal refusal);

/// $context.error.responseType: the gateway response's type. That of NoRoute is UNCONFIRMED.
std::string_view response_type_of(Refusal refusal);

/// `{"message": "...", "connectionId":"...", "requestId":"..."}` with AWS's uneven spacing: the body of a
/// refused handshake, and the error frame. `request_id` is that of the CONNECT or MESSAGE event.
std::string error_body(std::string_view message, std::string_view connection_id, std::string_view request_id);

/// The frame that answers a message.
std::string error_frame(Refusal refusal, std::string_view connection_id, std::string_view request_id);

/// An HTTP/1.1 answer: `headers` is the complete set in wire order.
struct HttpReply {
    int status = 200;
    std::string reason;
    Headers headers;
    std::string body;
    bool close = false;  ///< the connection ends behind it; the Connection header then says so too
};

/// A refusal of AWS's front, before a request belongs to any API, and of all of @connections.
struct FrontError {
    int status = 0;
    std::string_view error_type;  ///< x-amzn-ErrorType
    std::string_view body;
};

/// Unknown API or stage, a longer path than the stage's, or no upgrade (for plain requests UNCONFIRMED).
inline constexpr FrontError kForbidden{403, "ForbiddenException", R"({"message":"Forbidden"})"};

/// `amzn_request_id` is a UUID, `apigw_id` a new_request_id().
HttpReply front_refusal(const FrontError& error,
                        std::string_view amzn_request_id,
                        std::string_view apigw_id,
                        EpochMillis now);

/// A handshake that the API's pipeline refuses.
HttpReply pipeline_refusal(Refusal refusal,
                           std::string_view connection_id,
                           std::string_view request_id,
                           EpochMillis now);

/// Whether a $connect handler's status lets the client in.
constexpr bool is_admission(int status_code)
{
    return status_code >= 200 && status_code <= 299;
}

/// A handshake that its $connect handler refuses: its status (300 to 599), its body untouched, and its
/// headers but for those of the hop and of the gateway, and malformed ones. That AWS passes headers is
/// UNCONFIRMED; its Content-Type stands whatever the handler says. A status that cannot end a handshake (1xx)
/// is a failed integration.
HttpReply handler_refusal(int status_code,
                          std::string_view body,
                          std::span<const Header> headers,
                          std::string_view connection_id,
                          std::string_view request_id,
                          EpochMillis now);

/// Broken HTTP, two Authorization headers, and requests over limits (their status UNCONFIRMED): AWS's load
/// balancer answers, in HTML. Closes.
HttpReply bad_request(EpochMillis now);

/// The request took longer than the handshake timeout. Postern's own; closes.
HttpReply request_timeout(EpochMillis now);

/// Not now: the gateway has too much to do, or is stopping. Postern's own (AWS's answer to a rate is
/// Refusal::Throttled); says after how many seconds to try again.
HttpReply overloaded(EpochMillis now);

/// A handshake of another version than 13 (RFC 6455 section 4.4). What AWS says is UNCONFIRMED.
HttpReply upgrade_required(EpochMillis now);

/// GET /ping, which AWS's front keeps for itself (spec data-plane 1.1); its answer is UNCONFIRMED.
HttpReply healthy(EpochMillis now);

/// The reply with `Connection: close`, for a connection that cannot serve another request.
HttpReply closing(HttpReply reply);

std::string serialize(const HttpReply& reply);

/// The 101. `accept` is Sec-WebSocket-Accept's value; an empty `protocol` or `extensions` leaves its header
/// out, and so does a protocol that is not a token (it comes from a handler).
std::string switching_protocols(std::string_view accept,
                                std::string_view protocol,
                                std::string_view extensions,
                                EpochMillis now);

}  // namespace postern::api
