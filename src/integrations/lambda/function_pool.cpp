// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/function_pool.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace postern::integrations::lambda {

FunctionPool::FunctionPool(LocalFunction function,
                           const PoolSurroundings& surroundings,
                           std::shared_ptr<FunctionStats> stats,
                           std::function<void(HostedFunction&)> on_end)
    : function_(std::move(function)),
      stats_(std::move(stats)),
      log_(function_.log, function_.spec.function.function_name, surroundings.clock),
      plan_{surroundings.io,
            surroundings.guard,
            surroundings.clock,
            surroundings.random,
            function_.spec,
            function_.command,
            function_.code_directory,
            surroundings.runtime_directory,
            surroundings.inherited,
            log_,
            *stats_},
      on_end_(std::move(on_end))
{}

std::int64_t FunctionPool::instances_max() const
{
    return function_.spec.function.reserved_concurrent_executions.value_or(
        function_.spec.options.concurrency);
}

void FunctionPool::invoke(Invocation invocation, Done done)
{
    if (instances_max() <= 0) {
        return throttle(
            done, Outcome::Throttled, " may not be invoked: its reservedConcurrentExecutions is 0");
    }
    queue_.push_back({std::move(invocation), std::move(done)});
    stats_->queued.add(1);
    dispatch();
    // Instances that are about to ask again have no event yet, so one for each may wait beyond the bound.
    const std::int64_t room =
        function_.spec.options.queue + static_cast<std::int64_t>(count(Phase::Returning));
    if (static_cast<std::int64_t>(queue_.size()) <= room) return;
    const Work last = std::move(queue_.back());
    queue_.pop_back();
    stats_->queued.add(-1);
    throttle(last.done,
             Outcome::Throttled,
             " is throttled: all of its " + std::to_string(instances_max()) + " instances are busy, and " +
                 std::to_string(queue_.size()) + " invocations wait already");
}

void FunctionPool::throttle(const Done& done, Outcome outcome, const std::string& why)
{
    stats_->throttles.add();
    refuse(done, outcome, why);
}

/// What nobody waits for any more is not begun: otherwise a backlog would make all that comes behind it late,
/// for as long as messages come.
bool FunctionPool::has_wanted()
{
    const SteadyMillis now = plan_.clock.steady();
    while (!queue_.empty() && queue_.front().invocation.wanted_until <= now) {
        throttle(take_first().done,
                 Outcome::Outwaited,
                 " is throttled: its instances were busy for as long as an answer was waited for");
    }
    return !queue_.empty();
}

Work FunctionPool::take_first()
{
    Work work = std::move(queue_.front());
    queue_.pop_front();
    stats_->queued.add(-1);
    return work;
}

void FunctionPool::dispatch()
{
    while (has_wanted()) {
        const bool may_start = static_cast<std::int64_t>(instances_.size()) < instances_max() &&
                               queue_.size() > count(Phase::Returning);
        if (!idle_.empty()) {
            idle_.back()->give(take_first());
        } else if (may_start) {
            start_for(take_first());
        } else {
            return;
        }
    }
}

void FunctionPool::start_for(Work work)
{
    auto started = Instance::start(plan_, *this);
    if (!started) {
        stats_->invocations.add();
        stats_->errors.add();
        return refuse(work.done, Outcome::Broken, " cannot be started: " + started.error().detail);
    }
    instances_.push_back(std::move(*started));
    ++count(Phase::Starting);
    stats_->instances.add(1);
    stats_->busy.add(1);
    instances_.back()->give(std::move(work));
}

void FunctionPool::refuse(const Done& done, Outcome outcome, const std::string& why)
{
    const std::string subject = "function \"" + function_.spec.function.function_name + '"';
    // Not at once: whoever is told may well invoke again.
    boost::asio::post(plan_.io,
                      [done, result = InvocationResult::refused(outcome, subject + why)] { done(result); });
}

void FunctionPool::on_phase(Instance& instance, Phase before)
{
    const Phase now = instance.phase();
    const auto is_busy = [](Phase phase) { return phase == Phase::Starting || phase == Phase::Busy; };
    --count(before);
    ++count(now);
    stats_->busy.add(static_cast<int>(is_busy(now)) - static_cast<int>(is_busy(before)));
    if (before == Phase::Idle) std::erase(idle_, &instance);
    switch (now) {
        case Phase::Idle:
            idle_.push_back(&instance);
            dispatch();
            if (instance.phase() != Phase::Idle) return;
            if (is_retired_) return instance.end("the function was replaced");
            if (function_.spec.options.freeze) instance.freeze();
            return;
        case Phase::Lingering:
            dispatch();
            if (is_retired_ && queue_.empty()) instance.end("the function was replaced");
            return;
        case Phase::Gone:
            std::erase_if(instances_, [&](const auto& held) { return held.get() == &instance; });
            stats_->instances.add(-1);
            dispatch();
            return end_if_empty();
        case Phase::Starting:
        case Phase::Busy:
        case Phase::Returning:
        case Phase::Ending:
            return;
    }
}

/// To be the next again.
void FunctionPool::take_back(Work work)
{
    queue_.push_front(std::move(work));
    stats_->queued.add(1);
}

void FunctionPool::retire()
{
    is_retired_ = true;
    const std::vector<Instance*> idle = idle_;
    for (Instance* const instance : idle) instance->end("the function was replaced");
    end_if_empty();
}

void FunctionPool::stop()
{
    constexpr std::string_view kWhy = "the gateway is ending";
    is_retired_ = true;
    while (!queue_.empty()) {
        refuse(take_first().done, Outcome::Broken, ": " + std::string(kWhy));
    }
    const std::vector<std::shared_ptr<Instance>> instances = instances_;
    for (const auto& instance : instances) instance->end(kWhy);
    end_if_empty();
}

void FunctionPool::end_if_empty()
{
    if (!is_retired_ || !instances_.empty() || !queue_.empty() || on_end_ == nullptr) return;
    std::exchange(on_end_, nullptr)(*this);
}

}  // namespace postern::integrations::lambda
