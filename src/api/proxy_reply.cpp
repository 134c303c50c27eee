// SPDX-License-Identifier: Apache-2.0
#include "api/proxy_reply.hpp"

#include "core/base64.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace postern::api {

namespace {

Error malformed(std::string_view what)
{
    return {ErrorKind::BadInput, "malformed proxy response: " + std::string(what)};
}

/// 502, 502.0 and "502" are statuses: functions written in every language send all three.
std::optional<int> read_status(const rapidjson::Value& value)
{
    double number = 0;
    if (value.IsNumber()) {
        number = value.GetDouble();
    } else if (value.IsString()) {
        const std::string_view digits = json::as_string(value);
        const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
        if (digits.size() != 3 || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
        for (const char c : digits) number = number * 10 + (c - '0');
    }
    if (number < 100 || number > 599 || number != std::trunc(number)) return std::nullopt;
    return static_cast<int>(number);
}

/// A header's value; numbers and booleans become their text. Empty optional for anything that has no such
/// text.
std::optional<std::string> header_text(const rapidjson::Value& value)
{
    if (value.IsString()) return std::string(json::as_string(value));
    if (value.IsNumber() || value.IsBool()) return json::dump(value);
    return std::nullopt;
}

bool read_multi_value_headers(const rapidjson::Value& object, Headers& out)
{
    if (object.IsNull()) return true;
    if (!object.IsObject()) return false;
    for (const auto& member : object.GetObject()) {
        if (!member.value.IsArray()) return false;
        for (const rapidjson::Value& item : member.value.GetArray()) {
            std::optional<std::string> value = header_text(item);
            if (!value) return false;
            out.push_back({std::string(json::as_string(member.name)), *std::move(value)});
        }
    }
    return true;
}

/// Joins `headers` to the multi-value ones; a pair that both name counts once.
bool read_headers(const rapidjson::Value& object, Headers& out)
{
    if (object.IsNull()) return true;
    if (!object.IsObject()) return false;
    for (const auto& member : object.GetObject()) {
        std::optional<std::string> value = header_text(member.value);
        if (!value) return false;
        const std::string_view name = json::as_string(member.name);
        const auto is_same = [&](const Header& h) {
            return text::iequals(h.name, name) && h.value == *value;
        };
        if (std::any_of(out.begin(), out.end(), is_same)) continue;
        out.push_back({std::string(name), *std::move(value)});
    }
    return true;
}

/// The members of an answer; a repeated key counts with its last value.
struct Members {
    const rapidjson::Value* status_code = nullptr;
    const rapidjson::Value* headers = nullptr;
    const rapidjson::Value* multi_value_headers = nullptr;
    const rapidjson::Value* body = nullptr;
    const rapidjson::Value* is_base64_encoded = nullptr;

    /// Null for a key that AWS does not know.
    const rapidjson::Value** find(std::string_view name)
    {
        if (name == "statusCode") return &status_code;
        if (name == "headers") return &headers;
        if (name == "multiValueHeaders") return &multi_value_headers;
        if (name == "body") return &body;
        if (name == "isBase64Encoded") return &is_base64_encoded;
        return nullptr;
    }
};

}  // namespace

Result<ProxyReply> parse_proxy_reply(std::string_view json_text)
{
    const Result<rapidjson::Document> document = json::parse(json_text);
    if (!document) return malformed(document.error().detail);
    if (!document->IsObject()) return malformed("not an object such as {\"statusCode\": 200}");

    Members members;
    for (const auto& member : document->GetObject()) {
        const std::string_view name = json::as_string(member.name);
        const rapidjson::Value** slot = members.find(name);
        if (slot == nullptr)
            return malformed("unknown key " + std::string(name) +
                             "; AWS knows statusCode, headers, multiValueHeaders, body and "
                             "isBase64Encoded");
        *slot = &member.value;
    }

    ProxyReply reply;
    const std::optional<int> status =
        members.status_code == nullptr ? std::nullopt : read_status(*members.status_code);
    if (!status) return malformed("statusCode is missing or not a number of 100 to 599");
    reply.status_code = *status;

    if (members.multi_value_headers != nullptr &&
        !read_multi_value_headers(*members.multi_value_headers, reply.headers)) {
        return malformed("multiValueHeaders is not a map of arrays of texts");
    }
    if (members.headers != nullptr && !read_headers(*members.headers, reply.headers)) {
        return malformed("headers is not a map of texts");
    }
    if (const rapidjson::Value* flag = members.is_base64_encoded; flag != nullptr && !flag->IsNull()) {
        if (!flag->IsBool()) return malformed("isBase64Encoded is not a boolean");
        reply.is_base64_encoded = flag->GetBool();
    }
    if (members.body == nullptr || members.body->IsNull()) return reply;
    if (!members.body->IsString()) return malformed("body is not a string; write an object as JSON into it");
    reply.body = json::as_string(*members.body);
    if (reply.is_base64_encoded) {
        std::optional<std::string> decoded = base64::decode(reply.body);
        if (!decoded) return malformed("body is not base64");
        reply.body = *std::move(decoded);
    }
    return reply;
}

}  // namespace postern::api
