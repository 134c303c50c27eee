// SPDX-License-Identifier: Apache-2.0
// How an invocation ends: what is answered, counted, and written to the function's log.
#include "core/text.hpp"
#include "integrations/lambda/instance.hpp"

#include <algorithm>
#include <utility>

namespace postern::integrations::lambda {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kMemorySampleInterval{100};

}  // namespace

void Instance::on_init_timeout()
{
    kill();
    if (has_begun_) {
        Trouble trouble = timed_out();
        trouble.failure.why +=
            "; it has not asked for an event in gateway.functions.initTimeout, nor in its timeout when it "
            "was started again";
        fail_init(trouble, "timeout");
    } else {
        report_init("timeout");
        plan_.log.hand_over();
        Work work = take_work();
        work.is_second_try = true;
        owner_.take_back(std::move(work));
    }
    become(Phase::Ending);
}

Instance::Trouble Instance::timed_out() const
{
    plan_.stats.timeouts.add();
    const std::string text = timeout_text(plan_.clock.wall(), request_id_, plan_.spec.function.timeout);
    return {make_failure("", text), {}, text};
}

void Instance::report_init(std::string_view status)
{
    output_->drain();
    plan_.log.line(init_report_text(since(started_at_), has_begun_ ? "invoke" : "init", status), tail());
}

void Instance::fail_init(const Trouble& trouble, std::string_view status)
{
    report_init(status);
    fail(trouble);
}

void Instance::fail(const Trouble& trouble)
{
    plan_.stats.errors.add();
    has_failed_ = true;
    std::string why = "function \"" + function_name() + "\" failed: " + trouble.failure.why;
    // Whoever reads it finds the stack by the id, in the function's log.
    if (why.find(request_id_) == std::string::npos) why += " (RequestId: " + request_id_ + ')';
    finish(InvocationResult::failed(trouble.failure.payload, std::move(why)), &trouble);
}

void Instance::finish(InvocationResult result, const Trouble* trouble)
{
    output_->drain();
    sample_memory();
    const auto write = [this](const std::string& lines) {
        if (lines.empty()) return;
        for (const std::string_view line : text::split(lines, '\n')) plan_.log.line(line, tail());
    };
    if (!has_begun_) write(start_text(request_id_));
    if (trouble != nullptr) write(trouble->lines_before);
    const microseconds duration = since(invoked_at_);
    const Report report{request_id_,
                        duration,
                        std::exchange(init_duration_, std::nullopt),
                        plan_.spec.function.memory_size,
                        memory_mb_};
    write(end_text(request_id_));
    write(report_text(report));
    if (trouble != nullptr) write(trouble->lines_behind);
    plan_.log.hand_over();
    plan_.stats.duration.record(std::chrono::duration_cast<milliseconds>(duration).count());
    result.request_id = request_id_;
    if (tail_) result.log_tail = tail_->take();
    take_work().done(std::move(result));
}

Work Instance::take_work()
{
    output_->tee(nullptr);
    tail_.reset();
    return std::move(*std::exchange(work_, std::nullopt));
}

microseconds Instance::since(Time begin) const
{
    return std::chrono::duration_cast<microseconds>(steady_clock::now() - begin);
}

void Instance::sample_memory()
{
    const Time now = steady_clock::now();
    if (memory_mb_ != 0 && now - memory_sampled_at_ < kMemorySampleInterval) return;
    memory_sampled_at_ = now;
    memory_mb_ = std::max(memory_mb_, process_->memory_peak_mb());
}

}  // namespace postern::integrations::lambda
