// SPDX-License-Identifier: Apache-2.0
#include "management/invoke_api.hpp"

#include "core/base64.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "management/invoke_error.hpp"

#include <utility>

namespace postern::management {

namespace {

AdminReply reply_to(const api::InvocationResult& answer, const std::string& arn)
{
    switch (answer.outcome) {
        case api::Outcome::Returned:
        case api::Outcome::Failed:
            break;
        case api::Outcome::Throttled:
        case api::Outcome::Outwaited:
            return invoke_error::throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
        case api::Outcome::NotFound:
            return invoke_error::not_found(arn);
        case api::Outcome::Broken:
            return invoke_error::make(502, "InvalidRuntimeException", answer.why);
    }
    AdminReply reply;
    reply.body = answer.payload;
    reply.headers.push_back({"X-Amz-Executed-Version", "$LATEST"});
    if (answer.outcome == api::Outcome::Failed)
        reply.headers.push_back({"X-Amz-Function-Error", "Unhandled"});
    if (!answer.log_tail.empty())
        reply.headers.push_back({"X-Amz-Log-Result", base64::encode(answer.log_tail)});
    return reply;
}

/// One line for the operator, whatever the caller is told.
void log_failure(const api::InvocationResult& answer,
                 InvocationType type,
                 const std::string& function,
                 const std::string& request_id)
{
    if (answer.outcome == api::Outcome::Returned) return;
    log::warn("invoke.failed",
              {{"function", function},
               {"type", type == InvocationType::Event ? "Event" : "RequestResponse"},
               {"request_id", request_id},
               {"why", text::to_utf8_lossy(answer.why)}});
}

}  // namespace

void InvokeApi::handle(const CallerRequest& request, const Callers& callers, const AdminDone& done) const
{
    const std::string request_id = random_.uuid();
    const AdminDone answer = [done, request_id](AdminReply reply) {
        reply.headers.push_back({"x-amzn-RequestId", request_id});
        done(std::move(reply));
    };
    const InvokedFunction function(request.target);
    const std::string arn = callers.function_arn(function.name(), function.qualifier);
    if (const auto refusal = callers.refuse_invocation(request, arn, clock_.wall())) {
        const std::string line = refusal->message.substr(0, refusal->message.find('\n'));
        log::refusal("invoke.refused",
                     {{"function", text::to_utf8_lossy(function.text)},
                      {"source_ip", request.source_ip},
                      {"why", text::to_utf8_lossy(line)}});
        return answer(invoke_error::make(403, refusal->error_type, refusal->message));
    }
    if (request.method != "POST") return answer(wrong_method("POST"));
    InvokeCall call;
    if (auto refusal = read_call(request, function, call)) return answer(std::move(*refusal));
    if (!functions_.has || !functions_.has(function.name())) return answer(invoke_error::not_found(arn));
    call.invocation.request_id = request_id;
    invoke(std::move(call), arn, answer);
}

/// An event's caller does not wait. On AWS a failed event is tried twice more; here it is not.
void InvokeApi::invoke(InvokeCall call, const std::string& arn, const AdminDone& answer) const
{
    if (call.type == InvocationType::DryRun) return answer({204, "", "", ""});
    const bool is_event = call.type == InvocationType::Event;
    if (is_event) answer({202, "", "", ""});
    const auto ended = [=, type = call.type, name = call.function, id = call.invocation.request_id](
                           const api::InvocationResult& result) {
        log_failure(result, type, name, id);
        if (!is_event) answer(reply_to(result, arn));
    };
    functions_.invoke(call.function, std::move(call.invocation), ended);
}

}  // namespace postern::management
