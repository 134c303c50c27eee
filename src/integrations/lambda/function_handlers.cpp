// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/function_handlers.hpp"

#include "api/proxy_reply.hpp"
#include "core/check.hpp"
#include "integrations/event_scope.hpp"
#include "integrations/lambda/failure.hpp"

#include <utility>

namespace postern::integrations::lambda {

void FunctionHandlers::add(const std::string& name,
                           std::string_view region,
                           std::string_view arn,
                           HandlerRegistry& registry)
{
    Handler handler;
    handler.name = std::string(kFunctionPrefix) + name;
    handler.invoke = &FunctionHandlers::invoke;
    handler.state = &entries_.emplace_back(Entry{this, name});
    handler.endpoint.append("https://lambda.").append(region).append(".amazonaws.com/2015-03-31/functions/");
    handler.endpoint.append(arn).append("/invocations");
    POSTERN_CHECK(registry.add(std::move(handler)));
}

std::int32_t FunctionHandlers::invoke(void* entry, const postern_event* event, postern_token token)
{
    const Entry& function = *static_cast<const Entry*>(entry);
    Invocation invocation;
    EventScope& scope = EventScope::of(*event);
    invocation.payload = scope.take_json();
    invocation.trace_id = scope.trace_id();
    invocation.wanted_until = scope.wanted_until();
    const PluginHost& host = function.owner->host_;
    function.owner->invoke_(
        function.name, std::move(invocation), [&host, token, name = function.name](InvocationResult result) {
            answer(host, token, name, std::move(result));
        });
    return 0;
}

/// AWS cannot tell its client why: a function that failed is a failed integration, one that could not be
/// called at all is not invocable (spec captures 1.1: 502 and 500 to a handshake, the same frame to a
/// message).
void answer(const PluginHost& host, postern_token token, const std::string& name, InvocationResult result)
{
    InvocationNote note;
    note.request_id = std::move(result.request_id);
    switch (result.outcome) {
        case Outcome::Returned:
        case Outcome::Failed:
            note.payload = std::make_shared<const std::string>(std::move(result.payload));
            break;
        case Outcome::Outwaited:  // it has been told already, or is about to be
            return host.fail(token, {api::Refusal::IntegrationTimeout, result.why, std::move(note)});
        case Outcome::Throttled:
        case Outcome::NotFound:
        case Outcome::Broken:
            return host.fail(token, {api::Refusal::NotInvocable, result.why, std::move(note)});
    }
    if (result.outcome == Outcome::Failed) {
        note.function_error = error_message(*note.payload);
        return host.fail(token, {api::Refusal::IntegrationFailed, result.why, std::move(note)});
    }
    const Result<api::ProxyReply> reply = api::parse_proxy_reply(*note.payload);
    if (!reply) {
        note.configuration_error = "Malformed Lambda proxy response";
        const std::string why = "function \"" + name + "\": " + reply.error().detail;
        return host.fail(token, {api::Refusal::IntegrationFailed, why, std::move(note)});
    }
    InvokeReply answered;
    answered.status_code = reply->status_code;
    answered.body = reply->body;
    answered.headers = reply->headers;
    answered.note = std::move(note);
    host.reply(token, answered);
}

}  // namespace postern::integrations::lambda
