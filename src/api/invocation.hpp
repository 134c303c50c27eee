// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"

#include <cstddef>
#include <limits>
#include <string>
#include <utility>

/// What Lambda's Invoke says, in values.
namespace postern::api {

/// Lambda's quotas for synchronous payloads and results (spec config-plane 7.1 and 7.5).
inline constexpr std::size_t kPayloadBytesMax = 6 * 1024 * 1024;
inline constexpr std::size_t kResultBytesMax = 6'291'556;

/// One call of a function, whoever asks: a route, or the Invoke API.
struct Invocation {
    std::string payload;         ///< JSON, at most kPayloadBytesMax
    std::string client_context;  ///< JSON; "" none
    std::string trace_id;        ///< X-Amzn-Trace-Id; what it does not say is made
    std::string request_id;      ///< what the caller has been told, a UUID; "": one is made
    bool wants_log_tail = false;
    SteadyMillis wanted_until = kForever;  ///< by the gateway's clock: nobody waits for the result any more

    static constexpr SteadyMillis kForever = std::numeric_limits<SteadyMillis>::max();
};

/// How an invocation ended.
enum class Outcome {
    Returned,   ///< the payload is what the function returned: JSON, as it came
    Failed,     ///< it threw, crashed, timed out or answered too much: X-Amz-Function-Error `Unhandled`
    Throttled,  ///< no instance free and no room to wait, or nobody may invoke it: 429
    Outwaited,  ///< no instance was free while anybody waited for the result; not begun
    NotFound,   ///< there is no such function (any more): 404
    Broken,     ///< it could not be started or reached at all: 502
};

struct InvocationResult {
    Outcome outcome = Outcome::Returned;
    std::string payload;     ///< Returned: the result; Failed: {"errorType":...,"errorMessage":...}
    std::string why;         ///< otherwise: one line for the log and the operator, naming the function
    std::string log_tail;    ///< the last 4 KiB of the invocation's log, when asked for
    std::string request_id;  ///< Lambda's own, of the invocation; "" unless it was begun

    static InvocationResult returned(std::string payload)
    {
        return {Outcome::Returned, std::move(payload), {}, {}, {}};
    }
    static InvocationResult failed(std::string payload, std::string why)
    {
        return {Outcome::Failed, std::move(payload), std::move(why), {}, {}};
    }
    /// The function has not got to see the invocation.
    static InvocationResult refused(Outcome outcome, std::string why)
    {
        return {outcome, {}, std::move(why), {}, {}};
    }
};

}  // namespace postern::api
