// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace postern::net {

/// Whether the time of a waitable timer has come. Its handlers ask: a wait that is over cannot be cancelled
/// any more, and is heard of although the timer has been set anew meanwhile, when both happened in one turn.
template <class Timer>
bool is_due(const Timer& timer)
{
    return timer.expiry() <= Timer::clock_type::now();
}

}  // namespace postern::net
