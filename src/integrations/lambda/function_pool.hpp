// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "integrations/lambda/inline_code.hpp"
#include "integrations/lambda/instance.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace postern::integrations::lambda {

/// All that a pool of instances is made of, found and checked before it begins.
struct LocalFunction {
    FunctionSpec spec;
    Command command;
    std::string code_directory;
    std::shared_ptr<const InlineCode> inline_code;  ///< holds the directory; null: it is the user's
    LogGroup log;
};

/// What pools share with each other: all of it outlives them.
struct PoolSurroundings {
    boost::asio::io_context& io;
    const Guard& guard;
    const Clock& clock;
    Random& random;
    std::string runtime_directory;
    api::StringMap inherited;
};

/// The instances of one function and the invocations that wait for one. An invocation takes the idle instance
/// that was used last; else an instance is started for it, while there are fewer than the limit; else it
/// waits in a bounded queue, for no longer than its caller does. Lives on the functions' thread; may be made
/// on any.
class FunctionPool final : public HostedFunction, private InstanceOwner {
public:
    /// `on_end` is called once, when the pool was retired or stopped and its last process has ended.
    FunctionPool(LocalFunction function,
                 const PoolSurroundings& surroundings,
                 std::shared_ptr<FunctionStats> stats,
                 std::function<void(HostedFunction&)> on_end);

    void invoke(Invocation invocation, Done done) override;

    /// Idle instances end at once, the others with what they do and what waits.
    void retire() override;
    /// Kills everything.
    void stop() override;

private:
    void on_phase(Instance& instance, Phase before) override;
    void take_back(Work work) override;
    void dispatch();
    bool has_wanted();
    Work take_first();
    void start_for(Work work);
    void end_if_empty();

    std::size_t& count(Phase phase) { return counts_[static_cast<std::size_t>(phase)]; }
    std::int64_t instances_max() const;
    void throttle(const Done& done, Outcome outcome, const std::string& why);
    void refuse(const Done& done, Outcome outcome, const std::string& why);

    LocalFunction function_;
    std::shared_ptr<FunctionStats> stats_;
    FunctionLog log_;
    InstancePlan plan_;
    std::function<void(HostedFunction&)> on_end_;
    std::vector<std::shared_ptr<Instance>> instances_;
    std::vector<Instance*> idle_;  ///< the one that was used last is at the end
    std::array<std::size_t, kPhases> counts_{};
    std::deque<Work> queue_;
    bool is_retired_ = false;
};

}  // namespace postern::integrations::lambda
