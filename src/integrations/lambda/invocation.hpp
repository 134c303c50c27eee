// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

/// Lambda functions: what invokes them and what they answer. Everything here lives on the functions' thread
/// (function_host.hpp) unless it says otherwise.
namespace postern::integrations::lambda {

/// One call of a function, whoever asks: a route, or the Invoke API.
struct Invocation {
    std::string payload;         ///< JSON, at most kPayloadBytesMax
    std::string client_context;  ///< JSON; "" none
    std::string trace_id;        ///< X-Amzn-Trace-Id; "": one is made
    std::string request_id;      ///< what the caller has been told, a UUID; "": one is made
    bool wants_log_tail = false;
};

/// Lambda's quota for synchronous payloads and results (spec config-plane 7.1 and 7.5).
inline constexpr std::size_t kPayloadBytesMax = 6 * 1024 * 1024;
inline constexpr std::size_t kResultBytesMax = 6'291'556;

/// How an invocation ended.
enum class Outcome {
    Returned,   ///< the payload is what the function returned: JSON, as it came
    Failed,     ///< it threw, crashed, timed out or answered too much: X-Amz-Function-Error `Unhandled`
    Throttled,  ///< no instance free and no room to wait, or nobody may invoke it: 429
    NotFound,   ///< there is no such function (any more): 404
    Broken,     ///< it could not be started or reached at all: 502
};

struct InvocationResult {
    Outcome outcome = Outcome::Returned;
    std::string payload;          ///< Returned: the result; Failed: {"errorType":...,"errorMessage":...}
    std::string why;              ///< otherwise: one line for the log and the operator, naming the function
    std::string log_tail;         ///< the last 4 KiB of the invocation's log, when asked for
    std::string request_id = {};  ///< Lambda's own, of the invocation; "" unless it was begun
};

/// Called once, on the functions' thread; must not block.
using Done = std::function<void(InvocationResult)>;

/// A function that can be invoked: a pool of processes here, or an Invoke API elsewhere.
class Invoker {
public:
    virtual ~Invoker() = default;
    virtual void invoke(Invocation invocation, Done done) = 0;
};

}  // namespace postern::integrations::lambda
