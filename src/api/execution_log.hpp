// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/event.hpp"
#include "api/header.hpp"
#include "core/clock.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// The lines that AWS writes about the way of one event, byte for byte (spec captures 3.6, config-plane 4.2).
namespace postern::api {

/// Whose lines they are. Views.
struct ExecutionLogSubject {
    std::string_view request_id;
    std::string_view api_id;
    std::string_view stage;
    std::string_view route_key;
    std::string_view connection_id;
};

/// The lines of one event, appended to a buffer of the caller's: each function writes the lines that it is
/// named for. A line is a time as CloudWatch shows it beside a log event ("2026-09-25T09:20:29.391Z "), then
/// the event: "(REQUEST_ID) TEXT", cut at kLineCharactersMax characters. Line breaks and other control
/// characters of a text are escaped as in JSON, for the line is one line of a file.
class ExecutionLog {
public:
    static constexpr std::size_t kLineCharactersMax = 1024;

    ExecutionLog(std::string& out, EpochMillis now, const ExecutionLogSubject& subject)
        : out_(out), now_(now), subject_(subject)
    {}

    // INFO: the event comes in.

    /// The six lines with which every event begins.
    void begin();
    void connecting(std::string_view user_agent, std::string_view source_ip);
    void received_message();

    // INFO with data trace: what goes to the integration and comes back from it.

    /// `event` is the MESSAGE event's JSON.
    void message(std::string_view event);
    /// `uri` is that of the endpoint, for a plugin "plugin:NAME.HANDLER"; `body` is the event's JSON.
    /// `headers` are those of an HTTP request; a plugin gets none, and the line is left out.
    void request(std::string_view uri, const Headers& headers, std::string_view body);
    void response(int status, std::int64_t latency_ms, const Headers& headers, std::string_view body);
    /// The response of Lambda's Invoke API, which is 200 also for a function that `has_failed`; `payload` is
    /// what the function said. Without X-Amzn-Trace-Id.
    void function_response(std::int64_t latency_ms,
                           std::string_view lambda_request_id,
                           bool has_failed,
                           std::string_view payload);

    // ERROR.

    /// No answer in the integration's time.
    void timed_out();
    /// The gateway refuses, or the integration has failed, because of `why`.
    void failed(std::string_view why);
    /// A Lambda function has failed; `message` is its errorMessage.
    void function_failed(std::string_view message, std::string_view lambda_request_id);

    // INFO: the event is over.

    /// Lambda's id of the invocation, of one that was answered.
    void endpoint_request_id(std::string_view id);
    void connected();
    /// AWS's line is UNCONFIRMED; this one is modelled on the others.
    void refused(int status);
    void sent(int status);
    void disconnected(int status, std::uint16_t code, std::string_view reason);

private:
    template <class... Parts>
    void line(Parts... parts);
    void headers_line(std::string_view what, const Headers& headers);

    std::string& out_;
    EpochMillis now_;
    ExecutionLogSubject subject_;
};

/// What an execution log shows instead of a secret.
inline constexpr std::string_view kRedacted = "***";

/// The header carries credentials: Authorization, Cookie, x-api-key and their like.
bool is_secret_header(std::string_view name);

/// The query parameter carries credentials: token, access_token, password, X-Amz-Signature and their like.
bool is_secret_parameter(std::string_view name);

/// Copies in which the secret values are kRedacted.
Headers redacted(const Headers& headers);
std::vector<QueryParameter> redacted(const std::vector<QueryParameter>& query);

}  // namespace postern::api
