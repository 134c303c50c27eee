// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/runtime_api.hpp"

#include "core/http_reason.hpp"
#include "core/json_text.hpp"
#include "integrations/lambda/invocation.hpp"

#include <algorithm>
#include <utility>

namespace postern::integrations::lambda {

namespace {

constexpr std::string_view kPrefix = "/2018-06-01/runtime/";
constexpr std::string_view kInvocation = "invocation/";

RuntimeAnswer refusal_of(int status, std::string_view type, const std::string& message)
{
    std::string body = "{\"errorMessage\":";
    json::append_quoted(body, message);
    body += ",\"errorType\":";
    json::append_quoted(body, type);
    body += '}';
    return {status, std::move(body)};
}

std::string_view name_of(RuntimeProtocol::State state)
{
    switch (state) {
        case RuntimeProtocol::State::Starting:
            return "Starting";
        case RuntimeProtocol::State::Waiting:
            return "Ready";
        case RuntimeProtocol::State::Invoked:
            return "Running";
        case RuntimeProtocol::State::Answered:
            return "InvocationResponse";
        case RuntimeProtocol::State::Failed:
            return "InitError";
    }
    return "";
}

/// A value that cannot end its line: JSON's line breaks are spaces as well.
void append_header(std::string& out, std::string_view name, std::string_view value)
{
    out += name;
    out += ": ";
    const std::size_t from = out.size();
    out += value;
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(from),
        out.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; },
        ' ');
    out += "\r\n";
}

}  // namespace

RuntimeRequest parse_runtime_request(std::string_view method, std::string_view path)
{
    if (!path.starts_with(kPrefix)) return {};
    path.remove_prefix(kPrefix.size());
    RuntimeRequest request;
    std::string_view wanted = "POST";
    if (path == "invocation/next") {
        request.call = RuntimeCall::Next;
        wanted = "GET";
    } else if (path == "init/error") {
        request.call = RuntimeCall::InitError;
    } else if (path.starts_with(kInvocation)) {
        path.remove_prefix(kInvocation.size());
        const std::size_t slash = path.find('/');
        if (slash == std::string_view::npos) return {};
        request.request_id = path.substr(0, slash);
        const std::string_view what = path.substr(slash + 1);
        if (what == "response") request.call = RuntimeCall::Response;
        if (what == "error") request.call = RuntimeCall::Error;
    }
    if (request.call != RuntimeCall::Unknown && method != wanted) request.call = RuntimeCall::WrongMethod;
    return request;
}

RuntimeAnswer runtime_accepted()
{
    return {202, R"({"status":"OK"})"};
}

RuntimeAnswer runtime_result_too_large()
{
    return refusal_of(
        413,
        "RequestEntityTooLarge",
        "Exceeded maximum allowed payload size (" + std::to_string(api::kResultBytesMax) + " bytes).");
}

std::string runtime_event_head(const RuntimeEvent& event)
{
    std::string head;
    head.reserve(512);
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    append_header(head, "Lambda-Runtime-Aws-Request-Id", event.request_id);
    append_header(head, "Lambda-Runtime-Deadline-Ms", std::to_string(event.deadline_ms));
    append_header(head, "Lambda-Runtime-Invoked-Function-Arn", event.function_arn);
    append_header(head, "Lambda-Runtime-Trace-Id", event.trace_id);
    if (!event.client_context.empty()) {
        append_header(head, "Lambda-Runtime-Client-Context", event.client_context);
    }
    append_header(head, "Content-Length", std::to_string(event.payload_bytes));
    head += "\r\n";
    return head;
}

std::string runtime_answer_text(const RuntimeAnswer& answer, bool closes)
{
    std::string text = "HTTP/1.1 " + std::to_string(answer.status) + ' ';
    text += http_reason(answer.status);
    text += "\r\nContent-Type: application/json\r\n";
    if (closes) text += "Connection: close\r\n";
    append_header(text, "Content-Length", std::to_string(answer.body.size()));
    text += "\r\n";
    text += answer.body;
    return text;
}

RuntimeProtocol::Verdict RuntimeProtocol::on_request(const RuntimeRequest& request, RuntimeAnswer& refusal)
{
    const auto refuse_state = [&](State wanted) {
        refusal = refusal_of(403,
                             "InvalidStateTransition",
                             "State transition from " + std::string(name_of(state_)) + " to " +
                                 std::string(name_of(wanted)) +
                                 " failed for runtime. Error: State transition is not allowed");
        return Verdict::Refuse;
    };
    switch (request.call) {
        case RuntimeCall::Next:
            if (state_ != State::Starting && state_ != State::Answered) return refuse_state(State::Waiting);
            state_before_waiting_ = std::exchange(state_, State::Waiting);
            return Verdict::Wait;
        case RuntimeCall::Response:
        case RuntimeCall::Error:
            if (request_id_.empty() || request.request_id != request_id_) {
                refusal = refusal_of(400, "InvalidRequestID", "Invalid request ID");
                return Verdict::Refuse;
            }
            if (state_ != State::Invoked) return refuse_state(State::Answered);
            state_ = State::Answered;
            return request.call == RuntimeCall::Response ? Verdict::Result : Verdict::Failure;
        case RuntimeCall::InitError:
            if (state_ != State::Starting) return refuse_state(State::Failed);
            state_ = State::Failed;
            return Verdict::InitFailure;
        case RuntimeCall::Unknown:
            refusal =
                refusal_of(404,
                           "NotFound",
                           "Postern serves the Runtime API only: no extensions, telemetry or SnapStart");
            return Verdict::Refuse;
        case RuntimeCall::WrongMethod:
            refusal = refusal_of(405, "MethodNotAllowed", "GET for next, POST for everything else");
            return Verdict::Refuse;
    }
    return Verdict::Refuse;
}

void RuntimeProtocol::on_event(std::string request_id)
{
    state_ = State::Invoked;
    request_id_ = std::move(request_id);
}

bool RuntimeProtocol::on_result_refused()
{
    if (state_ != State::Invoked) return false;
    state_ = State::Answered;
    return true;
}

void RuntimeProtocol::on_waiting_lost()
{
    state_ = state_before_waiting_;
}

}  // namespace postern::integrations::lambda
