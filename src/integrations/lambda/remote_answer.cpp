// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/remote_answer.hpp"

#include "core/base64.hpp"
#include "core/json.hpp"
#include "core/json_text.hpp"
#include "core/text.hpp"
#include "integrations/lambda/failure.hpp"

#include <string_view>
#include <utility>

namespace postern::integrations::lambda {

namespace {

constexpr std::string_view kTimedOut = "Task timed out after ";

InvocationResult failed(Failure failure, const RemoteTarget& target)
{
    return InvocationResult::failed(std::move(failure.payload), target.str() + " failed: " + failure.why);
}

InvocationResult failed(std::string payload, const RemoteTarget& target)
{
    return failed(posted_failure(std::move(payload), ""), target);
}

InvocationResult refused(Outcome outcome, const RemoteTarget& target, const std::string& why)
{
    return InvocationResult::refused(outcome, target.str() + ' ' + why);
}

/// What the server says is wrong, in at most a line.
std::string message_of(const net::HttpResponse& response)
{
    constexpr std::size_t kShown = 200;
    if (const auto body = json::parse(response.body)) {
        for (const char* name : {"Message", "message", "errorMessage"}) {
            const auto* value = json::find(*body, name);
            if (value != nullptr && value->IsString()) return std::string(json::as_string(*value));
        }
    }
    const std::string_view first = std::string_view(response.body).substr(0, response.body.find('\n'));
    return text::to_utf8_lossy(text::trim(first.substr(0, kShown)));
}

/// "answers 500: the message".
std::string answers(const net::HttpResponse& response)
{
    const std::string message = message_of(response);
    return "answers " + std::to_string(response.status) + (message.empty() ? "" : ": " + message);
}

bool is_error(const std::string& payload)
{
    // Most results are no errors, and need not be parsed to know it.
    if (payload.find("\"errorType\"") == std::string::npos) return false;
    const auto body = json::parse(payload);
    return body && json::find(*body, "errorType") != nullptr && json::find(*body, "errorMessage") != nullptr;
}

/// The emulator tells of failures in its bodies only.
InvocationResult emulator_result(net::HttpResponse response, const RemoteTarget& target)
{
    if (response.body.starts_with(kTimedOut))
        return failed(make_failure("Sandbox.Timedout", response.body), target);
    if (is_error(response.body)) return failed(std::move(response.body), target);
    return InvocationResult::returned(std::move(response.body));
}

InvocationResult lambda_result(net::HttpResponse response, const RemoteTarget& target)
{
    const bool is_failure = !response.header("X-Amz-Function-Error").empty();
    std::string request_id(response.header("x-amzn-RequestId"));
    std::string log_tail = base64::decode(response.header("X-Amz-Log-Result")).value_or("");
    InvocationResult result = is_failure ? failed(std::move(response.body), target)
                                         : InvocationResult::returned(std::move(response.body));
    result.log_tail = std::move(log_tail);
    result.request_id = std::move(request_id);
    return result;
}

std::string forbidden(const RemoteTarget& target)
{
    return target.is_signed
               ? "; check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and whether they "
                 "may "
                 "lambda:InvokeFunction"
               : "; the request was not signed, since the gateway's environment has no AWS_ACCESS_KEY_ID and "
                 "AWS_SECRET_ACCESS_KEY";
}

}  // namespace

InvocationResult result_of(net::HttpResponse response, const RemoteTarget& target)
{
    switch (response.status) {
        case 200:
            return target.is_emulator() ? emulator_result(std::move(response), target)
                                        : lambda_result(std::move(response), target);
        case 400:
            if (target.is_emulator() && response.body.empty())
                return refused(Outcome::Throttled, target, "does one invocation at a time, and is busy");
            break;
        case 401:
        case 403:
            return refused(Outcome::Broken, target, answers(response) + forbidden(target));
        case 404:
            return refused(Outcome::NotFound,
                           target,
                           answers(response) + "; its name there is its remoteName, now " +
                               target.remote_name + " (the runtime interface emulator's: function)");
        case 429:
            return refused(Outcome::Throttled, target, answers(response));
        case 502:
            if (target.is_emulator() && is_error(response.body))
                return failed(std::move(response.body), target);
            break;
        default:
            break;
    }
    return refused(Outcome::Broken, target, answers(response));
}

InvocationResult result_of(const net::HttpFailure& failure, const RemoteTarget& target)
{
    switch (failure.kind) {
        case net::HttpFailure::Kind::Unwanted:
            return refused(Outcome::Outwaited, target, failure.why);
        case net::HttpFailure::Kind::Busy:
            return refused(Outcome::Throttled, target, failure.why);
        case net::HttpFailure::Kind::TimedOut: {
            const std::string why = target.str() + ' ' + failure.why;
            return InvocationResult::failed(make_failure("Sandbox.Timedout", why).payload, why);
        }
        case net::HttpFailure::Kind::TooLarge:
            return failed(response_too_large(), target);
        case net::HttpFailure::Kind::Unreachable:
            return refused(Outcome::Broken,
                           target,
                           failure.why + "; start what serves it, or correct the function's endpoint");
        case net::HttpFailure::Kind::Broken:
            break;
    }
    return refused(Outcome::Broken, target, failure.why);
}

}  // namespace postern::integrations::lambda
