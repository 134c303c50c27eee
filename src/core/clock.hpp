// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace postern {

/// Wall-clock time as AWS writes it: milliseconds since 1970-01-01 UTC.
using EpochMillis = std::int64_t;

/// Monotonic time for deadlines, in milliseconds since an arbitrary start.
using SteadyMillis = std::int64_t;

/// Where time comes from for whatever decides about clients; tests pass a manual one. (Logs, the admin
/// listener's Date and the functions' thread read the machine's.) Thread: any.
class Clock {
public:
    virtual ~Clock() = default;
    virtual EpochMillis wall() const = 0;
    virtual SteadyMillis steady() const = 0;
};

/// The machine's clocks; `steady` has the resolution of the kernel's tick (1 to 4 ms), for 5 ns.
class SystemClock final : public Clock {
public:
    EpochMillis wall() const override;
    SteadyMillis steady() const override;
};

}  // namespace postern
