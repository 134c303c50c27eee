// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"
#include "core/random.hpp"
#include "integrations/lambda/strays.hpp"

#include <string>

/// Names that AWS makes up for instances and invocations (spec config-plane 7.2).
namespace postern::integrations::lambda {

InstanceMark make_mark(Random& random);

/// "2026/11/22/[$LATEST]0123...", with the mark at its end.
std::string log_stream_name(EpochMillis now, const InstanceMark& mark);

/// X-Amzn-Trace-Id as a function gets it, "Root=...;Parent=...;Sampled=0", from what its caller has said of
/// it, perhaps nothing.
std::string complete_trace_id(std::string said, EpochMillis now, Random& random);

}  // namespace postern::integrations::lambda
