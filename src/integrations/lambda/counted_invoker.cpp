// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/counted_invoker.hpp"

#include <chrono>
#include <utility>

namespace postern::integrations::lambda {

namespace {

using std::chrono::steady_clock;

/// AWS, its emulators and this gateway tell of it in one of two ways (spec config-plane 7.5).
bool is_timeout(const InvocationResult& result)
{
    return result.outcome == Outcome::Failed &&
           (result.payload.find("Sandbox.Timedout") != std::string::npos ||
            result.payload.find("Task timed out after ") != std::string::npos);
}

void count(FunctionStats& stats, const InvocationResult& result, steady_clock::time_point begin)
{
    if (result.outcome == Outcome::Throttled || result.outcome == Outcome::Outwaited)
        return stats.throttles.add();
    stats.invocations.add();
    if (result.outcome != Outcome::Returned) stats.errors.add();
    if (is_timeout(result)) stats.timeouts.add();
    const auto duration = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin);
    stats.duration.record(duration.count());
}

}  // namespace

void CountedInvoker::invoke(Invocation invocation, Done done)
{
    counted_->invoke(
        std::move(invocation),
        [stats = stats_, begin = steady_clock::now(), done = std::move(done)](InvocationResult result) {
            count(*stats, result, begin);
            done(std::move(result));
        });
}

}  // namespace postern::integrations::lambda
