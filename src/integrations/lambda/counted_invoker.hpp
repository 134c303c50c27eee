// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "integrations/lambda/function_stats.hpp"
#include "integrations/lambda/invocation.hpp"

#include <cstddef>
#include <functional>
#include <memory>

namespace postern::integrations::lambda {

/// Keeps a function that lives elsewhere until its last invocation has been answered, and counts what it has
/// done, when it has: how it ended, and the time from the invocation to its answer, waiting for a connection
/// included. Of its instances nothing is known here. Lives on the functions' thread; may be made on any.
class CountedInvoker final : public HostedFunction {
public:
    /// `on_end` is called once, when it was retired or stopped and nothing is open any more.
    CountedInvoker(std::unique_ptr<Invoker> counted,
                   std::shared_ptr<FunctionStats> stats,
                   std::function<void(HostedFunction&)> on_end)
        : counted_(std::move(counted)), stats_(std::move(stats)), on_end_(std::move(on_end))
    {}

    void invoke(Invocation invocation, Done done) override;
    void retire() override;
    void stop() override;

private:
    void end_if_idle();

    std::unique_ptr<Invoker> counted_;  ///< null once it is stopped
    std::shared_ptr<FunctionStats> stats_;
    std::function<void(HostedFunction&)> on_end_;
    std::size_t open_ = 0;  ///< invocations without an answer
    bool is_retired_ = false;
};

}  // namespace postern::integrations::lambda
