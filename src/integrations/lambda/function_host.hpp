// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"
#include "core/random.hpp"
#include "integrations/lambda/function_pool.hpp"
#include "integrations/lambda/function_stats.hpp"
#include "integrations/lambda/guard.hpp"
#include "integrations/lambda/invocation.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace postern::integrations::lambda {

/// Makes what invokes a function that lives elsewhere (Function::endpoint). Called on the main thread; what
/// it makes lives on the io_context's thread, is destroyed there, and answers in its destructor what is still
/// open.
using MakeRemoteInvoker =
    std::function<Result<std::unique_ptr<Invoker>>(boost::asio::io_context&, const FunctionSpec&)>;

struct FunctionHostOptions {
    std::string runtime_directory;  ///< has node/bootstrap.mjs and python/bootstrap.py
    std::string scratch_directory;  ///< in it a directory for inline code is made
    OpenLog open_log;               ///< none: functions' logs go nowhere
    MakeRemoteInvoker make_remote;  ///< none: functions with an endpoint are refused
    /// What the gateway itself writes now, wherever it lies: no function's code.
    std::function<std::vector<std::string>()> own_files;
};

/// The functions' thread and everything on it: pools, processes, timers. Outlives all FunctionSets and must
/// be stopped while whoever waits for answers is still there.
class FunctionHost {
public:
    /// `clock` outlives this. Main thread, as start() and stop().
    FunctionHost(FunctionHostOptions options, const Clock& clock);
    ~FunctionHost();
    FunctionHost(const FunctionHost&) = delete;
    FunctionHost& operator=(const FunctionHost&) = delete;

    void start();

    /// Kills all processes, answers all open invocations as Broken, removes what was written, and joins the
    /// thread. Later invocations are answered at once by their own thread.
    void stop();

    /// Runs `work` on the functions' thread; false, and nothing is done, when that has been stopped. Thread:
    /// any.
    template <class Work>
    bool post(Work work)
    {
        const std::lock_guard lock(mutex_);
        if (is_stopped_) return false;
        boost::asio::post(io_, std::move(work));
        return true;
    }

    /// A function that was found able to run. It is used, and ends, on the functions' thread only.
    /// Main thread. Io, BadInput: naming the function.
    Result<HostedFunction*> add(const FunctionSpec& spec);
    /// No more invocations will come: what the function does is finished, then it ends.
    void end(HostedFunction* function);

    std::vector<std::string> own_files() const
    {
        return options_.own_files ? options_.own_files() : std::vector<std::string>();
    }

    /// By function name, also of functions that no configuration has any more. Thread: any.
    std::vector<std::pair<std::string, std::shared_ptr<const FunctionStats>>> stats() const;

private:
    Result<std::unique_ptr<HostedFunction>> make(const FunctionSpec& spec);
    Result<std::unique_ptr<HostedFunction>> make_remote(const FunctionSpec& spec);
    Result<LocalFunction> find_local(const FunctionSpec& spec);
    static void warn_of(const LocalFunction& found);
    Result<void> start_guard();
    std::shared_ptr<FunctionStats> stats_of(const std::string& name);
    void forget(HostedFunction& ended);
    void stop_all();
    void end_if_empty();

    static constexpr std::chrono::seconds kStopPatience{5};

    FunctionHostOptions options_;
    const Clock& clock_;
    const api::StringMap inherited_;
    const std::string scratch_;  ///< a directory that inline code is in; of a name that nobody could foresee
    Interpreters interpreters_;  ///< the main thread's
    std::unique_ptr<Guard> guard_;  ///< since the first local function
    SystemRandom random_;           ///< the functions' thread's
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>,
                                      boost::asio::io_context::executor_type>
        stop_deadline_{io_.get_executor()};
    std::map<HostedFunction*, std::unique_ptr<HostedFunction>> functions_;  ///< the functions' thread's
    bool is_stopping_ = false;                                              ///< the functions' thread's

    mutable std::mutex mutex_;  ///< of what follows
    bool is_stopped_ = false;
    std::map<std::string, std::shared_ptr<FunctionStats>> stats_;

    std::thread thread_;
};

}  // namespace postern::integrations::lambda
