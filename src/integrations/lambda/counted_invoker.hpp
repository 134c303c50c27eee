// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "integrations/lambda/function_stats.hpp"
#include "integrations/lambda/invocation.hpp"

#include <memory>

namespace postern::integrations::lambda {

/// Counts what a function that lives elsewhere has done, when it has: how it ended, and the time from the
/// invocation to its answer, waiting for a connection included. Of its instances nothing is known here. Lives
/// on the functions' thread; may be made on any.
class CountedInvoker final : public Invoker {
public:
    CountedInvoker(std::unique_ptr<Invoker> counted, std::shared_ptr<FunctionStats> stats)
        : counted_(std::move(counted)), stats_(std::move(stats))
    {}

    void invoke(Invocation invocation, Done done) override;

private:
    std::unique_ptr<Invoker> counted_;
    std::shared_ptr<FunctionStats> stats_;
};

}  // namespace postern::integrations::lambda
