// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/counter.hpp"
#include "core/histogram.hpp"

namespace postern::integrations::lambda {

/// What one function has done since the gateway began, whatever configuration it came from. Written on the
/// functions' thread, read by any.
struct FunctionStats {
    Counter invocations;  ///< that were begun: neither throttled nor waiting
    Counter errors;       ///< ended in any error, timeouts and failures to start included
    Counter timeouts;
    Counter throttles;
    Counter cold_starts;  ///< processes that were started
    Gauge instances;      ///< processes
    Gauge busy;           ///< of them: starting or with an event
    Gauge queued;         ///< invocations that wait for an instance
    Histogram duration;   ///< from the event to the answer
};

}  // namespace postern::integrations::lambda
