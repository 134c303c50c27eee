// SPDX-License-Identifier: Apache-2.0
#include "management/invoke_call.hpp"

#include "core/base64.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "management/invoke_error.hpp"
#include "management/parameters.hpp"

#include <algorithm>
#include <array>

namespace postern::management {

namespace {

constexpr std::string_view kBefore = "/2015-03-31/functions/";
constexpr std::string_view kBehind = "/invocations";
constexpr std::size_t kClientContextBytesMax = 3583;  // of the header

constexpr const char* kInvalidContent = "InvalidRequestContentException";
constexpr const char* kInvalidParameter = "InvalidParameterValueException";

/// The function's name in a target, as it came: one segment, not empty.
std::optional<std::string_view> name_in(std::string_view target)
{
    std::string_view path = target.substr(0, target.find('?'));
    if (!path.starts_with(kBefore) || !path.ends_with(kBehind)) return std::nullopt;
    if (path.size() <= kBefore.size() + kBehind.size()) return std::nullopt;
    path.remove_prefix(kBefore.size());
    path.remove_suffix(kBehind.size());
    return path.find('/') == std::string_view::npos ? std::optional(path) : std::nullopt;
}

std::string_view value_of(const CallerRequest& request, std::string_view name)
{
    const api::Header* found = api::find_header(request.headers, name);
    return found == nullptr ? std::string_view() : std::string_view(found->value);
}

/// What clients say of JSON: SDKs call a payload bytes, and curl what it posts a form.
bool is_json_type(std::string_view content_type)
{
    constexpr std::array<std::string_view, 6> kTaken{"",
                                                     "application/json",
                                                     "application/octet-stream",
                                                     "binary/octet-stream",
                                                     "application/x-www-form-urlencoded",
                                                     "text/plain"};
    const std::string type = text::lower(text::trim(content_type.substr(0, content_type.find(';'))));
    return std::find(kTaken.begin(), kTaken.end(), type) != kTaken.end() ||
           type.starts_with("application/x-amz-json-") || type.ends_with("+json");
}

std::optional<AdminReply> check_name(const InvokedFunction& function)
{
    if (!function.reference) {
        return invoke_error::make(400,
                                  kInvalidParameter,
                                  '"' + function.text +
                                      "\" is no function's name (1 to 64 of A-Z, a-z, 0-9, - and _), and no "
                                      "ARN of a function");
    }
    const std::string& derived = function.reference->qualifier;
    if (derived.empty() || derived == function.qualifier) return std::nullopt;
    return invoke_error::make(
        400,
        kInvalidParameter,
        "The name ends in the qualifier " + derived + ", but Qualifier is " + function.qualifier);
}

std::optional<AdminReply> read_types(const CallerRequest& request, InvokeCall& call)
{
    const std::string_view type = value_of(request, "X-Amz-Invocation-Type");
    if (type == "Event") {
        call.type = InvocationType::Event;
    } else if (type == "DryRun") {
        call.type = InvocationType::DryRun;
    } else if (!type.empty() && type != "RequestResponse") {
        return invoke_error::make(
            400, kInvalidParameter, "X-Amz-Invocation-Type must be RequestResponse, Event or DryRun");
    }
    const std::string_view log_type = value_of(request, "X-Amz-Log-Type");
    if (!log_type.empty() && log_type != "None" && log_type != "Tail")
        return invoke_error::make(400, kInvalidParameter, "X-Amz-Log-Type must be None or Tail");
    call.invocation.wants_log_tail = log_type == "Tail" && call.type == InvocationType::RequestResponse;
    return std::nullopt;
}

std::optional<AdminReply> read_client_context(const CallerRequest& request, InvokeCall& call)
{
    const std::string_view encoded = value_of(request, "X-Amz-Client-Context");
    if (encoded.empty()) return std::nullopt;
    if (encoded.size() > kClientContextBytesMax) {
        return invoke_error::make(400,
                                  kInvalidContent,
                                  "Client context must be no more than " +
                                      std::to_string(kClientContextBytesMax) + " bytes when encoded");
    }
    const auto decoded = base64::decode(encoded);
    const auto json = decoded ? json::parse(*decoded) : Error(ErrorKind::BadInput, "no base64");
    if (!json || !json->IsObject()) {
        return invoke_error::make(
            400, kInvalidContent, "Client context must be a valid Base64-encoded JSON object");
    }
    call.invocation.client_context = *decoded;
    return std::nullopt;
}

std::optional<AdminReply> read_payload(const CallerRequest& request, InvokeCall& call)
{
    const std::string_view coding = value_of(request, "Content-Encoding");
    if (!coding.empty() && !text::iequals(coding, "identity"))
        return invoke_error::make(
            415, "UnsupportedMediaTypeException", "A payload is JSON without a Content-Encoding");
    const std::string_view type = value_of(request, "Content-Type");
    if (!is_json_type(type)) {
        return invoke_error::make(
            415,
            "UnsupportedMediaTypeException",
            "A payload is JSON, not " + std::string(type) + ": send Content-Type: application/json, or none");
    }
    if (call.type == InvocationType::Event && request.body.size() > kEventBytesMax)
        return invoke_error::too_large(kEventBytesMax);
    if (request.body.size() > api::kPayloadBytesMax) return invoke_error::too_large(api::kPayloadBytesMax);
    // Without a payload AWS hands over an empty event.
    call.invocation.payload = request.body.empty() ? "{}" : std::string(request.body);
    const auto json = json::parse(call.invocation.payload);
    if (json) return std::nullopt;
    return invoke_error::make(
        400, kInvalidContent, "Could not parse request body into json: " + json.error().detail);
}

}  // namespace

bool is_invocation(std::string_view target)
{
    return name_in(target).has_value();
}

InvokedFunction::InvokedFunction(std::string_view target)
{
    const std::string_view name = name_in(target).value_or("");
    text = text::percent_decode(name).value_or(std::string(name));
    reference = api::parse_function_name(text);
    qualifier = last_of(query_of(target), "Qualifier").value_or("");
    if (qualifier.empty() && reference) qualifier = reference->qualifier;
}

std::optional<AdminReply> read_call(const CallerRequest& request,
                                    const InvokedFunction& function,
                                    InvokeCall& call)
{
    if (auto refusal = check_name(function)) return refusal;
    call.function = function.name();
    call.invocation.trace_id = value_of(request, "X-Amzn-Trace-Id");
    for (const auto read : {read_types, read_client_context, read_payload}) {
        if (auto refusal = read(request, call)) return refusal;
    }
    return std::nullopt;
}

}  // namespace postern::management
