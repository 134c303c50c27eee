// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"

namespace postern::test {

/// Time that stands still until a test moves it.
class ManualClock final : public Clock {
public:
    EpochMillis wall() const override { return 1'790'294'473'687 + steady_; }
    SteadyMillis steady() const override { return steady_; }
    void pass(SteadyMillis ms) { steady_ += ms; }

private:
    SteadyMillis steady_ = 1000;
};

}  // namespace postern::test
