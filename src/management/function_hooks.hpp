// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

/// What the Invoke API asks of whoever runs the functions.
namespace postern::management {

/// One invocation, as it was asked for.
struct InvokeRequest {
    std::string function;        ///< its name
    std::string payload;         ///< JSON
    std::string client_context;  ///< JSON; "" none
    std::string trace_id;        ///< X-Amzn-Trace-Id
    std::string request_id;      ///< what the caller is told as x-amzn-RequestId, a UUID
    bool wants_log_tail = false;
};

/// How it ended.
struct InvokeAnswer {
    enum class Outcome {
        Returned,   ///< `payload` is what the function returned
        Failed,     ///< `payload` is the error's JSON
        Throttled,  ///< no instance was free, and no room to wait for one
        NotFound,   ///< the function has gone meanwhile
        Broken,     ///< it could not be started or reached
    };
    Outcome outcome = Outcome::Returned;
    std::string payload;
    std::string why;       ///< when it did not return: one line for the operator
    std::string log_tail;  ///< when asked for
};

/// The functions of today's configuration. Called on the admin listener's thread; unset when there are none.
struct FunctionHooks {
    std::function<bool(std::string_view name)> has;

    /// Answers once, on any thread, after the function's own timeout at the latest.
    std::function<void(InvokeRequest request, std::function<void(InvokeAnswer)> done)> invoke;
};

}  // namespace postern::management
