// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/failure.hpp"

#include "api/invocation.hpp"
#include "core/json.hpp"
#include "core/json_text.hpp"
#include "core/text.hpp"
#include "core/time_text.hpp"

#include <array>
#include <cstdio>

namespace postern::integrations::lambda {

namespace {

constexpr std::size_t kSummaryBytesMax = 1024;

std::string_view text_member(const rapidjson::Value& object, std::string_view name)
{
    const rapidjson::Value* const member = json::find(object, name);
    return member != nullptr && member->IsString() ? json::as_string(*member) : std::string_view();
}

std::string summary(std::string_view type, std::string_view message)
{
    std::string out(type);
    if (!type.empty() && !message.empty()) out += ": ";
    out += message;
    if (out.size() <= kSummaryBytesMax) return out;
    return text::to_utf8_lossy(std::string_view(out).substr(0, kSummaryBytesMax)) + "...";
}

}  // namespace

Failure make_failure(std::string_view type, std::string_view message)
{
    std::string payload = "{";
    if (!type.empty()) {
        payload += "\"errorType\":";
        json::append_quoted(payload, text::to_utf8_lossy(type));
        payload += ',';
    }
    payload += "\"errorMessage\":";
    json::append_quoted(payload, text::to_utf8_lossy(message));
    payload += '}';
    return {std::move(payload), summary(type, message)};
}

Failure response_too_large()
{
    return make_failure("Function.ResponseSizeTooLarge",
                        "Response payload size exceeded maximum allowed payload size (" +
                            std::to_string(api::kResultBytesMax) + " bytes).");
}

Failure posted_failure(std::string body, std::string_view type_header)
{
    const auto parsed = json::parse(body);
    if (!parsed || !parsed->IsObject()) {
        return make_failure(type_header.empty() ? "Runtime.Unknown" : type_header, body);
    }
    std::string_view type = text_member(*parsed, "errorType");
    if (type.empty()) type = type_header;
    std::string why = summary(type, text_member(*parsed, "errorMessage"));
    if (why.empty()) why = "an error without type and message";
    return {std::move(body), std::move(why)};
}

std::string error_message(const std::string& payload)
{
    const auto parsed = json::parse(payload);
    return parsed && parsed->IsObject() ? std::string(text_member(*parsed, "errorMessage")) : std::string();
}

std::string timeout_text(EpochMillis now, std::string_view request_id, std::chrono::milliseconds limit)
{
    std::array<char, 64> seconds{};
    std::snprintf(seconds.data(), seconds.size(), "%.2f", static_cast<double>(limit.count()) / 1000.0);
    std::string out = time_text::iso8601(now);
    out += ' ';
    out += request_id;
    out += " Task timed out after ";
    out += seconds.data();
    out += " seconds";
    return out;
}

std::string exit_text(std::string_view request_id, std::string_view exit)
{
    std::string out = "RequestId: ";
    out += request_id;
    out += " Error: Runtime exited ";
    out += exit.empty() ? "without providing a reason" : "with error: " + std::string(exit);
    return out;
}

}  // namespace postern::integrations::lambda
