// SPDX-License-Identifier: Apache-2.0
#include "management/invoke_error.hpp"

#include "management/json_object.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace postern::management::invoke_error {

namespace {

/// AWS's model of the API spells the member "Message" for these and "message" for the others; SDKs look for
/// exactly that.
constexpr std::array<std::string_view, 4> kWithCapital{
    "AccessDeniedException", "InvalidRuntimeException", "ResourceNotFoundException", "ServiceException"};

JsonObject body(int status, std::string_view type, std::string_view message)
{
    const bool has_capital = std::find(kWithCapital.begin(), kWithCapital.end(), type) != kWithCapital.end();
    JsonObject object;
    object.add("Type", status < 500 ? "User" : "Service").add(has_capital ? "Message" : "message", message);
    return object;
}

AdminReply reply(int status, std::string_view type, const JsonObject& object)
{
    AdminReply made;
    made.status = status;
    made.headers.push_back({"x-amzn-ErrorType", std::string(type)});
    made.body = object.str();
    return made;
}

}  // namespace

AdminReply make(int status, std::string_view type, std::string_view message)
{
    return reply(status, type, body(status, type, message));
}

AdminReply too_large(std::size_t bytes_max)
{
    return make(413,
                "RequestTooLargeException",
                "Request must be smaller than " + std::to_string(bytes_max) +
                    " bytes for the InvokeFunction operation");
}

AdminReply not_found(std::string_view arn)
{
    return make(404, "ResourceNotFoundException", "Function not found: " + std::string(arn));
}

AdminReply throttled(std::string_view reason)
{
    constexpr std::string_view kType = "TooManyRequestsException";
    AdminReply made = reply(429, kType, body(429, kType, "Rate Exceeded.").add("Reason", reason));
    made.headers.push_back({"Retry-After", "1"});
    return made;
}

}  // namespace postern::management::invoke_error
