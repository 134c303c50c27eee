// SPDX-License-Identifier: Apache-2.0
#include "core/clock.hpp"

#include <ctime>

namespace postern {

EpochMillis SystemClock::wall() const
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

SteadyMillis SystemClock::steady() const
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return static_cast<SteadyMillis>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace postern
