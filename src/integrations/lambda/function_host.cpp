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
      scratch_(options_.scratch_directory + "/postern-" + SystemRandom().hex(16)),
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
    for (const auto& [function, held] : functions_) function->stop();  // forgotten later
    end_if_empty();
}

void FunctionHost::end_if_empty()
{
    if (is_stopping_ && functions_.empty()) io_.stop();
}

Result<HostedFunction*> FunctionHost::add(const FunctionSpec& spec)
{
    auto made = spec.function.endpoint.empty() ? make(spec) : make_remote(spec);
    if (!made) return made.error();
    HostedFunction* const function = made->get();
    const bool is_posted = post([this, function, held = *std::move(made)]() mutable {
        functions_.emplace(function, std::move(held));
    });
    if (!is_posted) return Error(ErrorKind::Internal, "the functions' thread has been stopped");
    return function;
}

Result<std::unique_ptr<HostedFunction>> FunctionHost::make(const FunctionSpec& spec)
{
    const Result<void> guarded = start_guard();  // before anything is written
    if (!guarded) return guarded.error();
    Result<LocalFunction> function = find_local(spec);
    if (!function) return function.error();
    const PoolSurroundings surroundings{
        io_, *guard_, clock_, random_, options_.runtime_directory, inherited_};
    return std::make_unique<FunctionPool>(std::move(*function),
                                          surroundings,
                                          stats_of(spec.function.function_name),
                                          [this](HostedFunction& ended) { forget(ended); });
}

Result<std::unique_ptr<HostedFunction>> FunctionHost::make_remote(const FunctionSpec& spec)
{
    if (!options_.make_remote) {
        return Error(ErrorKind::BadInput,
                     "function \"" + spec.function.function_name +
                         "\": functions that live elsewhere are not supported here");
    }
    auto remote = options_.make_remote(io_, spec);
    if (!remote) return remote.error();
    return std::make_unique<CountedInvoker>(*std::move(remote),
                                            stats_of(spec.function.function_name),
                                            [this](HostedFunction& ended) { forget(ended); });
}

Result<LocalFunction> FunctionHost::find_local(const FunctionSpec& spec)
{
    const api::Function& function = spec.function;
    LocalFunction found;
    found.spec = spec;
    found.code_directory = function.code_uri;
    if (!function.inline_code.empty()) {
        auto written =
            InlineCode::write(scratch_, function.function_name, function.runtime, function.inline_code);
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
    auto started = Guard::start(scratch_);
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

void FunctionHost::end(HostedFunction* function)
{
    // When the thread has been stopped, everything has been ended.
    post([this, function] {
        if (functions_.contains(function)) function->retire();
    });
}

void FunctionHost::forget(HostedFunction& ended)
{
    // Not now: it is still at work.
    boost::asio::post(io_, [this, function = &ended] {
        functions_.erase(function);
        end_if_empty();
    });
}

}  // namespace postern::integrations::lambda
