// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <string>
#include <string_view>

/// What Lambda says of functions that fail (spec config-plane 7.5 and 7.6). Pure.
namespace postern::integrations::lambda {

/// An error as the invoker gets it, and in one line for the log.
struct Failure {
    std::string payload;  ///< {"errorType":...,"errorMessage":...}
    std::string why;      ///< "TypeError: x is undefined"
};

/// `type` "": the payload has none, as that of a timeout.
Failure make_failure(std::string_view type, std::string_view message);

/// The result is larger than kResultBytesMax.
Failure response_too_large();

/// What a runtime has posted as its error: passed on as it is, when it is a JSON object. `type_header` is
/// Lambda-Runtime-Function-Error-Type, and used where the body says nothing.
Failure posted_failure(std::string body, std::string_view type_header);

/// The errorMessage of such a payload; "" when it has none.
std::string error_message(const std::string& payload);

/// "2026-11-22T10:42:06.001Z ID Task timed out after 3.00 seconds"
std::string timeout_text(EpochMillis now, std::string_view request_id, std::chrono::milliseconds limit);

/// "RequestId: ID Error: Runtime exited with error: exit status 1"; `exit` "": without a reason.
std::string exit_text(std::string_view request_id, std::string_view exit);

}  // namespace postern::integrations::lambda
