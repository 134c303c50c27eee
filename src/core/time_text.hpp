// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"

#include <string>

namespace postern::time_text {

/// "25/Sep/2026:09:20:29 +0000": requestTime in events and logs (spec data-plane 2.2), always UTC, English
/// months.
std::string request_time(EpochMillis at);

/// "Fri, 25 Sep 2026 09:20:29 GMT": the Date header (RFC 9110 section 5.6.7).
std::string http_date(EpochMillis at);

/// "2026-09-25T00:22:29.887Z": ISO 8601 with milliseconds.
std::string iso8601(EpochMillis at);

}  // namespace postern::time_text
