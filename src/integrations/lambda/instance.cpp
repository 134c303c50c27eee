// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/instance.hpp"

#include "core/log.hpp"
#include "integrations/lambda/environment.hpp"
#include "integrations/lambda/instance_names.hpp"

#include <csignal>
#include <utility>

namespace postern::integrations::lambda {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A runtime that has answered asks for the next event within microseconds; this long it is worth waiting for
/// instead of starting another.
constexpr milliseconds kReturnPatience{100};

}  // namespace

Instance::Instance(const InstancePlan& plan, InstanceOwner& owner)
    : plan_(plan),
      owner_(owner),
      deadline_(plan.io, [this] { on_deadline(); }),
      started_at_(steady_clock::now()),
      invoked_at_(started_at_)
{}

Result<std::shared_ptr<Instance>> Instance::start(const InstancePlan& plan, InstanceOwner& owner)
{
    auto made = std::make_shared<Instance>(plan, owner);
    const Result<void> launched = made->launch();
    if (!launched) return launched.error();
    return made;
}

Result<void> Instance::launch()
{
    auto endpoint = RuntimeEndpoint::listen(plan_.io, *this);
    if (!endpoint) return endpoint.error();
    const InstanceMark mark = make_mark(plan_.random);
    const InstancePlace place{plan_.code_directory,
                              plan_.runtime_directory,
                              "127.0.0.1:" + std::to_string((*endpoint)->port()),
                              log_stream_name(plan_.clock.wall(), mark),
                              plan_.inherited};
    const ProcessSpec spec{plan_.command.arguments,
                           environment_lines(make_environment(plan_.spec, place)),
                           plan_.code_directory,
                           mark};
    Result<Process> process = Process::start(spec, plan_.guard.socket());
    if (!process) {
        (*endpoint)->close();
        return process.error();
    }
    process_.emplace(std::move(*process));
    endpoint_ = std::move(*endpoint);
    output_ = std::make_shared<InstanceOutput>(plan_.io, process_->take_output(), plan_.log);
    output_->start();
    watch_exit(process_->take_exit_fd());
    deadline_.set(started_at_ + plan_.spec.options.init_timeout);
    plan_.stats.cold_starts.add();
    return {};
}

void Instance::watch_exit(net::UniqueFd exit)
{
    exit_.emplace(plan_.io.get_executor(), exit.release());
    exit_->async_wait(WatchedFd::wait_read,
                      [this, self = shared_from_this()](boost::system::error_code error) {
                          if (!error) on_exit();
                      });
}

void Instance::give(Work work)
{
    work_ = std::move(work);
    has_begun_ = false;
    has_failed_ = false;
    if (work_->invocation.request_id.empty()) work_->invocation.request_id = plan_.random.uuid();
    request_id_ = work_->invocation.request_id;
    if (work_->invocation.wants_log_tail) tail_.emplace();
    output_->tee(tail());
    if (!work_->is_second_try) plan_.stats.invocations.add();
    if (phase_ == Phase::Idle) return deliver();
    // Lambda tries the init that took too long once more, in the invocation's own time.
    if (work_->is_second_try) begin();
}

void Instance::freeze()
{
    process_->signal_group(SIGSTOP);
    is_frozen_ = true;
}

void Instance::end(std::string_view why)
{
    if (phase_ == Phase::Ending || phase_ == Phase::Gone) return;
    kill();
    if (work_) {
        plan_.stats.errors.add();
        finish(InvocationResult::refused(Outcome::Broken,
                                         "function \"" + function_name() + "\": " + std::string(why)),
               nullptr);
    }
    become(Phase::Ending);
}

void Instance::on_request(RuntimeConnection& connection, net::HttpRequest request)
{
    RuntimeAnswer refusal;
    switch (protocol_.on_request(parse_runtime_request(request.method, request.path), refusal)) {
        case RuntimeProtocol::Verdict::Wait:
            return on_next(connection);
        case RuntimeProtocol::Verdict::Result:
            connection.answer(runtime_accepted());
            finish(InvocationResult::returned(std::move(request.body)), nullptr);
            return expect_next();
        case RuntimeProtocol::Verdict::Failure:
            connection.answer(runtime_accepted());
            fail({posted_failure(std::move(request.body),
                                 request.header("Lambda-Runtime-Function-Error-Type")),
                  {},
                  {}});
            return expect_next();
        case RuntimeProtocol::Verdict::InitFailure:
            connection.answer(runtime_accepted());
            fail_init({posted_failure(std::move(request.body),
                                      request.header("Lambda-Runtime-Function-Error-Type")),
                       {},
                       {}},
                      "error");
            kill();
            return become(Phase::Ending);
        case RuntimeProtocol::Verdict::Refuse:
            return connection.answer(refusal);
    }
}

void Instance::on_next(RuntimeConnection& connection)
{
    waiting_ = connection.shared_from_this();
    if (phase_ == Phase::Starting) {
        if (!has_begun_) init_duration_ = since(started_at_);
        output_->drain();
        sample_memory();
    }
    if (work_) return deliver();
    deadline_.set(steady_clock::now() + plan_.spec.options.idle_time);
    become(Phase::Idle);
}

void Instance::begin()
{
    has_begun_ = true;
    plan_.log.line(start_text(request_id_), tail());
    plan_.log.hand_over();
    invoked_at_ = steady_clock::now();
    deadline_.set(invoked_at_ + plan_.spec.function.timeout);
}

void Instance::deliver()
{
    if (std::exchange(is_frozen_, false)) process_->signal_group(SIGCONT);
    if (!has_begun_) begin();
    const EpochMillis now = plan_.clock.wall();
    const auto left = invoked_at_ + plan_.spec.function.timeout - steady_clock::now();
    Invocation& invocation = work_->invocation;
    const std::string trace_id = complete_trace_id(std::move(invocation.trace_id), now, plan_.random);
    RuntimeEvent event;
    event.request_id = request_id_;
    event.deadline_ms = now + std::chrono::ceil<milliseconds>(left).count();
    event.function_arn = plan_.spec.arn;
    event.trace_id = trace_id;
    event.client_context = invocation.client_context;
    event.payload_bytes = invocation.payload.size();
    protocol_.on_event(request_id_);
    std::exchange(waiting_, nullptr)->send_event(runtime_event_head(event), std::move(invocation.payload));
    become(Phase::Busy);
}

void Instance::on_too_large()
{
    if (!protocol_.on_result_refused()) return;
    const Failure failure = response_too_large();
    fail({failure, error_message(failure.payload), {}});
    expect_next();
}

void Instance::on_lost(RuntimeConnection& connection)
{
    if (waiting_.get() != &connection) return;
    waiting_ = nullptr;
    protocol_.on_waiting_lost();
    if (phase_ == Phase::Idle) expect_next();
}

void Instance::on_accept_failed(const std::string& why)
{
    end("the gateway cannot take its connection to the Runtime API: " + why);
}

void Instance::expect_next()
{
    deadline_.set(steady_clock::now() + kReturnPatience);
    become(Phase::Returning);
}

void Instance::on_deadline()
{
    const auto self = shared_from_this();
    switch (phase_) {
        case Phase::Starting:
            return on_init_timeout();
        case Phase::Busy:
            kill();
            fail(timed_out());
            return become(Phase::Ending);
        case Phase::Returning:
            deadline_.set(invoked_at_ + plan_.spec.function.timeout);
            return become(Phase::Lingering);
        case Phase::Lingering:
            plan_.log.line(timeout_text(plan_.clock.wall(), request_id_, plan_.spec.function.timeout),
                           nullptr);
            plan_.log.hand_over();
            log::warn(
                "function.stuck",
                {{"function", function_name()},
                 {"request_id", request_id_},
                 {"why", "it has answered and not asked for another event in the time of its invocation"}});
            return end("it is stuck");
        case Phase::Idle:
            return end("it was idle");
        case Phase::Ending:
        case Phase::Gone:
            return;
    }
}

void Instance::on_exit()
{
    const auto self = shared_from_this();
    process_->signal_group(SIGKILL);  // what it has forked
    endpoint_->read_arrived();        // it may have answered before it went
    output_->drain();
    plan_.guard.forget(process_->id());
    const ExitStatus status = process_->reap();
    const bool is_failure = status.is_signal || status.code != 0;
    const std::string text = exit_text(request_id_, is_failure ? status.text() : std::string());
    const Trouble trouble{make_failure("Runtime.ExitError", text), text + "\nRuntime.ExitError", {}};
    if (work_ && phase_ == Phase::Starting) {
        fail_init(trouble, "error");
    } else if (work_) {
        fail(trouble);
    } else if (phase_ != Phase::Ending) {
        plan_.log.line(text, nullptr);
        // A failure that the process has told of before it went has a line of its own.
        if (!has_failed_) log::info("function.exited", {{"function", function_name()}, {"why", text}});
    }
    plan_.log.hand_over();
    output_->close();
    endpoint_->close();
    waiting_ = nullptr;
    deadline_.clear();
    become(Phase::Gone);
}

void Instance::kill()
{
    process_->signal_group(SIGKILL);
    endpoint_->close();
    waiting_ = nullptr;
}

void Instance::become(Phase phase)
{
    const auto self = shared_from_this();
    const Phase before = std::exchange(phase_, phase);
    owner_.on_phase(*this, before);
}

}  // namespace postern::integrations::lambda
