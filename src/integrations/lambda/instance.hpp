// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"
#include "core/random.hpp"
#include "integrations/lambda/command.hpp"
#include "integrations/lambda/failure.hpp"
#include "integrations/lambda/function_log.hpp"
#include "integrations/lambda/function_stats.hpp"
#include "integrations/lambda/guard.hpp"
#include "integrations/lambda/instance_output.hpp"
#include "integrations/lambda/invocation.hpp"
#include "integrations/lambda/lazy_timer.hpp"
#include "integrations/lambda/process.hpp"
#include "integrations/lambda/runtime_endpoint.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace postern::integrations::lambda {

/// What all instances of a function are made of. Outlives them.
struct InstancePlan {
    boost::asio::io_context& io;
    const Guard& guard;
    const Clock& clock;
    Random& random;
    const FunctionSpec& spec;
    const Command& command;
    std::string code_directory;
    std::string runtime_directory;
    api::StringMap inherited;
    FunctionLog& log;
    FunctionStats& stats;
};

/// An invocation and who waits for it.
struct Work {
    Invocation invocation;
    Done done;
    bool is_second_try = false;  ///< the init of the instance that had it took too long
};

/// How far an instance is.
enum class Phase {
    Starting,   ///< its process runs and has not asked for an event
    Idle,       ///< asks, and there is no event
    Busy,       ///< has an event
    Returning,  ///< has answered, and is expected to ask again at once
    Lingering,  ///< has not asked: nobody waits for it, and it is ended when the invocation's time is over
    Ending,     ///< its process group was killed
    Gone,
};
inline constexpr std::size_t kPhases = 7;

class Instance;

/// Who keeps instances.
class InstanceOwner {
public:
    /// The last thing that an instance does in a turn: it may be given work, ended or let go here.
    virtual void on_phase(Instance& instance, Phase before) = 0;
    /// The instance, which ends, has not been ready for it in its time: it is to be given to another.
    virtual void take_back(Work work) = 0;

protected:
    ~InstanceOwner() = default;
};

/// One process of a function with its Runtime API: started for a first invocation, reused for others, one at
/// a time, until it fails, is idle for too long or is ended. Lives on the functions' thread.
class Instance final : public std::enable_shared_from_this<Instance>, private RuntimeListener {
public:
    /// Starts the process; work is given next. Io when that does not work.
    static Result<std::shared_ptr<Instance>> start(const InstancePlan& plan, InstanceOwner& owner);

    /// Use start().
    Instance(const InstancePlan& plan, InstanceOwner& owner);

    Phase phase() const { return phase_; }

    /// Its next event; the instance is Idle, or Starting and has none yet.
    void give(Work work);
    /// Stands still until it is given work. Idle only.
    void freeze();
    /// Kills the process group. An open invocation is answered as Broken, because of `why`.
    void end(std::string_view why);

private:
    using Time = std::chrono::steady_clock::time_point;

    /// How an invocation has gone wrong, and which lines the log has of it before END and behind REPORT.
    struct Trouble {
        Failure failure;
        std::string lines_before;
        std::string lines_behind;
    };

    Result<void> launch();
    void watch_exit(net::UniqueFd exit);

    void on_request(RuntimeConnection& connection, net::HttpRequest request) override;
    void on_too_large() override;
    void on_lost(RuntimeConnection& connection) override;
    void on_accept_failed(const std::string& why) override;
    void on_deadline();
    void on_init_timeout();
    void on_exit();

    void on_next(RuntimeConnection& connection);
    void begin();
    void deliver();
    Work take_work();
    Trouble timed_out() const;
    void report_init(std::string_view status);
    void fail_init(const Trouble& trouble, std::string_view status);
    void fail(const Trouble& trouble);
    void finish(InvocationResult result, const Trouble* trouble);
    void expect_next();
    void kill();
    void become(Phase phase);

    const std::string& function_name() const { return plan_.spec.function.function_name; }
    std::chrono::microseconds since(Time begin) const;
    LogTail* tail() { return tail_ ? &*tail_ : nullptr; }
    void sample_memory();

    const InstancePlan& plan_;
    InstanceOwner& owner_;
    Phase phase_ = Phase::Starting;
    std::optional<Process> process_;
    std::optional<WatchedFd> exit_;
    std::shared_ptr<InstanceOutput> output_;
    std::shared_ptr<RuntimeEndpoint> endpoint_;
    RuntimeProtocol protocol_;
    std::shared_ptr<RuntimeConnection> waiting_;  ///< has asked for an event
    LazyTimer deadline_;
    bool is_frozen_ = false;

    Time started_at_;
    std::optional<std::chrono::microseconds> init_duration_;  ///< until the first event tells it
    std::int64_t memory_mb_ = 0;
    Time memory_sampled_at_;

    std::optional<Work> work_;
    bool has_begun_ = false;   ///< work_: its START is written, and its time runs
    bool has_failed_ = false;  ///< the last that it was given
    std::string request_id_;   ///< of work_
    Time invoked_at_;          ///< the same as started_at_ until the first event
    std::optional<LogTail> tail_;
};

}  // namespace postern::integrations::lambda
