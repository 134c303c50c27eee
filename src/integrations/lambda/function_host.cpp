// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/function_host.hpp"

#include "core/log.hpp"
#include "integrations/lambda/counted_invoker.hpp"
#include "integrations/lambda/environment.hpp"
#include "net/run_guarded.hpp"

#include <csignal>
#include <pthread.h>
#include <utility>

namespace postern::integrations::lambda {

namespace {

/// Lambda's quota for the variables of a function, names and values.
constexpr std::size_t kEnvironmentBytesMax = 4096;

}  // namespace

FunctionHost::FunctionHost(FunctionHostOptions options, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      inherited_(inherited_environment()),
      work_(io_.get_executor())
{}

FunctionHost::~FunctionHost()
{
    stop();
}

void FunctionHost::start()
{
    thread_ = std::thread([this] {
        sigset_t all;  // signals are the main thread's business
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, nullptr);
        net::run_guarded(io_, "functions.exception");
        // What others have handed over before the end is still done.
        io_.restart();
        io_.poll();
    });
}

void FunctionHost::stop()
{
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
        boost::asio::post(io_, [this] { stop_all(); });
    }
    thread_.join();
    guard_.reset();
}

void FunctionHost::stop_all()
{
    is_stopping_ = true;
    // A process that the kernel does not let go of is left to the guard.
    stop_deadline_.expires_after(kStopPatience);
    stop_deadline_.async_wait([this](boost::system::error_code error) {
        if (!error) io_.stop();
    });
    std::vector<FunctionPool*> pools;
    for (const auto& [invoker, member] : members_) {
        if (member.pool != nullptr) pools.push_back(member.pool);
    }
    std::erase_if(members_, [](const auto& entry) { return entry.second.pool == nullptr; });
    for (FunctionPool* const pool : pools) pool->stop();
    end_if_empty();
}

void FunctionHost::end_if_empty()
{
    if (is_stopping_ && members_.empty()) io_.stop();
}

Result<Invoker*> FunctionHost::add(const FunctionSpec& spec)
{
    Member member;
    if (!spec.function.endpoint.empty()) {
        const std::string subject = "function \"" + spec.function.function_name + "\": ";
        if (!options_.make_remote) {
            return Error(ErrorKind::BadInput,
                         subject + "functions that live elsewhere are not supported here");
        }
        auto remote = options_.make_remote(io_, spec);
        if (!remote) return remote.error();
        member.invoker =
            std::make_unique<CountedInvoker>(std::move(*remote), stats_of(spec.function.function_name));
    } else {
        Result<LocalFunction> function = find_local(spec);
        if (!function) return function.error();
        const Result<void> guarded = start_guard();
        if (!guarded) return guarded.error();
        const PoolSurroundings surroundings{
            io_, *guard_, clock_, random_, options_.runtime_directory, inherited_};
        auto pool = std::make_unique<FunctionPool>(std::move(*function),
                                                   surroundings,
                                                   stats_of(spec.function.function_name),
                                                   [this](Invoker& empty) { forget(empty); });
        member.pool = pool.get();
        member.invoker = std::move(pool);
    }
    Invoker* const invoker = member.invoker.get();
    const bool is_posted = post([this, invoker, member = std::move(member)]() mutable {
        members_.emplace(invoker, std::move(member));
    });
    if (!is_posted) return Error(ErrorKind::Internal, "the functions' thread has been stopped");
    return invoker;
}

Result<LocalFunction> FunctionHost::find_local(const FunctionSpec& spec)
{
    const api::Function& function = spec.function;
    LocalFunction found;
    found.spec = spec;
    found.code_directory = function.code_uri;
    if (!function.inline_code.empty()) {
        auto written = InlineCode::write(
            options_.scratch_directory, function.function_name, function.runtime, function.inline_code);
        if (!written) return written.error();
        found.inline_code = std::move(*written);
        found.code_directory = found.inline_code->directory();
    }
    const auto path = inherited_.find("PATH");
    Result<Command> command = make_command(spec,
                                           {options_.runtime_directory,
                                            found.code_directory,
                                            path == inherited_.end() ? "" : path->second,
                                            [this](const std::string& interpreter, Language language) {
                                                return interpreters_.ask(interpreter, language);
                                            }});
    if (!command) return command.error();
    found.command = std::move(*command);
    if (options_.open_log) {
        Result<LogGroup> group =
            options_.open_log(function_log_group(function.function_name), spec.log_group_directory);
        if (!group) return group.error();
        found.log = std::move(*group);
    }
    warn_of(found);
    return found;
}

void FunctionHost::warn_of(const LocalFunction& found)
{
    const api::Function& function = found.spec.function;
    for (const auto& [name, value] : function.environment) {
        if (!is_reserved_variable(name)) continue;
        log::warn("function.variable_ignored",
                  {{"function", function.function_name},
                   {"variable", name},
                   {"why", "Lambda sets it itself; give the variable another name"}});
    }
    std::size_t bytes = 0;
    for (const auto& [name, value] : function.environment) bytes += name.size() + value.size();
    if (bytes > kEnvironmentBytesMax) {
        log::warn("function.environment_too_large",
                  {{"function", function.function_name},
                   {"bytes", bytes},
                   {"why", "AWS does not take a function with more than 4 KiB of variables"}});
    }
    if (found.command.language == Language::Compiled) return;
    const auto difference = version_difference(function.runtime, found.command.interpreter_version);
    if (!difference) return;
    log::warn("function.other_version", {{"function", function.function_name}, {"why", *difference}});
}

Result<void> FunctionHost::start_guard()
{
    if (guard_ != nullptr) return {};
    auto started = Guard::start();
    if (!started) return started.error();
    guard_ = std::move(*started);
    return {};
}

std::shared_ptr<FunctionStats> FunctionHost::stats_of(const std::string& name)
{
    const std::lock_guard lock(mutex_);
    std::shared_ptr<FunctionStats>& stats = stats_[name];
    if (stats == nullptr) stats = std::make_shared<FunctionStats>();
    return stats;
}

std::vector<std::pair<std::string, std::shared_ptr<const FunctionStats>>> FunctionHost::stats() const
{
    const std::lock_guard lock(mutex_);
    return {stats_.begin(), stats_.end()};
}

void FunctionHost::end(Invoker* invoker)
{
    // When the thread has been stopped, everything has been ended.
    post([this, invoker] {
        const auto found = members_.find(invoker);
        if (found == members_.end()) return;
        if (found->second.pool != nullptr) return found->second.pool->retire();
        members_.erase(found);
    });
}

void FunctionHost::forget(Invoker& empty)
{
    // Not now: the pool is still at work.
    boost::asio::post(io_, [this, invoker = &empty] {
        members_.erase(invoker);
        end_if_empty();
    });
}

}  // namespace postern::integrations::lambda
