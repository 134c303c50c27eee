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
    ++open_;
    counted_->invoke(std::move(invocation),
                     [this, begin = steady_clock::now(), done = std::move(done)](InvocationResult result) {
                         count(*stats_, result, begin);
                         done(std::move(result));
                         --open_;
                         end_if_idle();
                     });
}

void CountedInvoker::retire()
{
    is_retired_ = true;
    end_if_idle();
}

void CountedInvoker::stop()
{
    is_retired_ = true;
    counted_.reset();
    end_if_idle();
}

void CountedInvoker::end_if_idle()
{
    if (!is_retired_ || open_ > 0 || on_end_ == nullptr) return;
    std::exchange(on_end_, nullptr)(*this);
}

}  // namespace postern::integrations::lambda
