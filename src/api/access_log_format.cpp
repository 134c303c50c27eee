// SPDX-License-Identifier: Apache-2.0
#include "api/access_log_format.hpp"

#include "core/json_text.hpp"
#include "core/text.hpp"
#include "core/time_text.hpp"
#include "core/xml_text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace postern::api {

enum class AccessLogFormat::Variable : std::uint8_t {
    None,  ///< has no value here, or nowhere
    ApiId,
    AuthorizerValue,
    ConnectedAt,
    ConnectionId,
    DomainName,
    ErrorMessage,
    ErrorMessageString,
    ErrorResponseType,
    EventType,
    ExtendedRequestId,
    IdentityCaller,
    IdentitySourceIp,
    IdentityUser,
    IdentityUserAgent,
    IdentityUserArn,
    IntegrationLatency,
    MessageId,
    RequestId,
    RequestTime,
    RequestTimeEpoch,
    RouteKey,
    Stage,
    Status,
};

namespace {

constexpr std::string_view kPrefix = "$context.";
constexpr std::string_view kAuthorizer = "authorizer.";
constexpr char kNoValue = '-';

/// AWS's console offers these (spec config-plane 4.1).
struct NamedFormat {
    std::string_view name;
    std::string_view text;
};
constexpr std::array<NamedFormat, 4> kNamedFormats{{
    {"clf",
     R"($context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] )"
     R"("$context.eventType $context.routeKey $context.connectionId" $context.status $context.requestId)"},
    {"json",
     R"({ "requestId":"$context.requestId", "ip": "$context.identity.sourceIp", )"
     R"("caller":"$context.identity.caller", "user":"$context.identity.user", )"
     R"("requestTime":"$context.requestTime", "eventType":"$context.eventType", )"
     R"("routeKey":"$context.routeKey", "status":"$context.status", "connectionId":"$context.connectionId" })"},
    {"xml",
     R"(<request id="$context.requestId"> <ip>$context.identity.sourceIp</ip> )"
     R"(<caller>$context.identity.caller</caller> <user>$context.identity.user</user> )"
     R"(<requestTime>$context.requestTime</requestTime> <eventType>$context.eventType</eventType> )"
     R"(<routeKey>$context.routeKey</routeKey> <status>$context.status</status> )"
     R"(<connectionId>$context.connectionId</connectionId> </request>)"},
    {"csv",
     "$context.identity.sourceIp,$context.identity.caller,$context.identity.user,$context.requestTime,"
     "$context.eventType,$context.routeKey,$context.connectionId,$context.status,$context.requestId"},
}};

bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// "identity.sourceIp" of "identity.sourceIp, ...": names with single dots between them.
std::string_view name_at(std::string_view text)
{
    std::size_t end = 0;
    while (end < text.size()) {
        const bool is_inner_dot =
            text[end] == '.' && end > 0 && end + 1 < text.size() && is_name_char(text[end + 1]);
        if (!is_name_char(text[end]) && !is_inner_dot) break;
        ++end;
    }
    return text.substr(0, end);
}

bool is_escaped_everywhere(char c)
{
    return static_cast<unsigned char>(c) < 0x20;
}

/// One line, whatever the value holds.
void append_plain(std::string& out, std::string_view value)
{
    if (std::none_of(value.begin(), value.end(), is_escaped_everywhere)) {
        out += value;
        return;
    }
    for (const char c : value) {
        if (is_escaped_everywhere(c)) {
            json::append_escaped(out, std::string_view(&c, 1));
        } else {
            out += c;
        }
    }
}

std::string_view find_authorizer_value(const AccessLogRecord& record, std::string_view key)
{
    if (record.authorizer == nullptr) return {};
    const auto found = std::find_if(record.authorizer->begin(),
                                    record.authorizer->end(),
                                    [&](const AuthorizerValue& value) { return value.name == key; });
    return found == record.authorizer->end() ? std::string_view() : std::string_view(found->value);
}

}  // namespace

AccessLogFormat::Variable AccessLogFormat::variable_of(std::string_view name)
{
    static constexpr std::pair<std::string_view, Variable> kNames[] = {
        {"apiId", Variable::ApiId},
        {"connectedAt", Variable::ConnectedAt},
        {"connectionId", Variable::ConnectionId},
        {"domainName", Variable::DomainName},
        {"error.message", Variable::ErrorMessage},
        {"error.messageString", Variable::ErrorMessageString},
        {"error.responseType", Variable::ErrorResponseType},
        {"eventType", Variable::EventType},
        {"extendedRequestId", Variable::ExtendedRequestId},
        {"identity.caller", Variable::IdentityCaller},
        {"identity.sourceIp", Variable::IdentitySourceIp},
        {"identity.user", Variable::IdentityUser},
        {"identity.userAgent", Variable::IdentityUserAgent},
        {"identity.userArn", Variable::IdentityUserArn},
        {"integrationLatency", Variable::IntegrationLatency},
        {"messageId", Variable::MessageId},
        {"requestId", Variable::RequestId},
        {"requestTime", Variable::RequestTime},
        {"requestTimeEpoch", Variable::RequestTimeEpoch},
        {"routeKey", Variable::RouteKey},
        {"stage", Variable::Stage},
        {"status", Variable::Status},
    };
    for (const auto& [known, variable] : kNames) {
        if (known == name) return variable;
    }
    return name.starts_with(kAuthorizer) ? Variable::AuthorizerValue : Variable::None;
}

Result<AccessLogFormat> AccessLogFormat::parse(std::string_view text)
{
    for (const NamedFormat& named : kNamedFormats) {
        if (text == named.name) text = named.text;
    }
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.size() > kBytesMax) {
        return Error(ErrorKind::BadInput, "Access Log format is longer than 3072 bytes");
    }
    if (text.find_first_of("\r\n") != std::string_view::npos) {
        return Error(ErrorKind::BadInput,
                     "Access Log format must be single line, new line character is allowed only at end of "
                     "the format");
    }

    AccessLogFormat format;
    const std::string_view begin = text::trim(text);
    if (begin.starts_with('{')) format.escaping_ = Escaping::Json;
    if (begin.starts_with('<')) format.escaping_ = Escaping::Xml;
    bool has_request_id = false;
    std::string literal;
    while (!text.empty()) {
        const std::size_t at = text.find(kPrefix);
        literal += text.substr(0, at);
        if (at == std::string_view::npos) break;
        text.remove_prefix(at + kPrefix.size());
        const std::string_view whole = name_at(text);
        if (whole.empty()) {
            literal += kPrefix;
            continue;
        }
        // The longest name that is known; all of it when none is.
        std::string_view name = whole;
        Variable variable = variable_of(name);
        while (variable == Variable::None && name.find('.') != std::string_view::npos) {
            name = name.substr(0, name.rfind('.'));
            variable = variable_of(name);
        }
        if (variable == Variable::None) name = whole;
        text.remove_prefix(name.size());
        has_request_id =
            has_request_id || variable == Variable::RequestId || variable == Variable::ExtendedRequestId;
        std::string key;
        if (variable == Variable::AuthorizerValue) key = name.substr(kAuthorizer.size());
        format.pieces_.push_back({std::move(literal), variable, std::move(key)});
        literal.clear();
    }
    format.tail_ = std::move(literal);
    if (!has_request_id) {
        return Error(ErrorKind::BadInput,
                     "Access Log format must include either $context.requestId or "
                     "$context.extendedRequestId");
    }
    return format;
}

void AccessLogFormat::append(std::string& out, const AccessLogRecord& record) const
{
    for (const Piece& piece : pieces_) {
        out += piece.literal;
        append_value(out, piece, record);
    }
    out += tail_;
    out += '\n';
}

void AccessLogFormat::append_value(std::string& out, const Piece& piece, const AccessLogRecord& record) const
{
    const auto text = [&](std::string_view value) {
        if (value.empty()) {
            out += kNoValue;
            return;
        }
        std::string valid;
        if (!text::is_utf8(value)) value = valid = text::to_utf8_lossy(value);
        switch (escaping_) {
            case Escaping::Json:
                return json::append_escaped(out, value);
            case Escaping::Xml:
                return append_plain(out, xml::escaped(value));
            case Escaping::Plain:
                return append_plain(out, value);
        }
    };
    const auto number = [&](std::optional<std::int64_t> value) {
        out += value ? std::to_string(*value) : std::string(1, kNoValue);
    };
    switch (piece.variable) {
        case Variable::None:
            return text({});
        case Variable::ApiId:
            return text(record.api_id);
        case Variable::AuthorizerValue:
            return text(find_authorizer_value(record, piece.authorizer_key));
        case Variable::ConnectedAt:
            return number(record.connected_at);
        case Variable::ConnectionId:
            return text(record.connection_id);
        case Variable::DomainName:
            return text(record.domain_name);
        case Variable::ErrorMessage:
            return text(record.error_message);
        case Variable::ErrorMessageString:
            // "The quoted value of $context.error.message": its own quotes, also within JSON.
            if (record.error_message.empty()) return text({});
            return json::append_quoted(out, record.error_message);
        case Variable::ErrorResponseType:
            return text(record.error_response_type);
        case Variable::EventType:
            return text(record.event_type);
        case Variable::ExtendedRequestId:
            return text(record.extended_request_id);
        case Variable::IdentityCaller:
            return text(record.caller);
        case Variable::IdentitySourceIp:
            return text(record.source_ip);
        case Variable::IdentityUser:
            return text(record.user);
        case Variable::IdentityUserAgent:
            return text(record.user_agent);
        case Variable::IdentityUserArn:
            return text(record.user_arn);
        case Variable::IntegrationLatency:
            return number(record.integration_latency_ms);
        case Variable::MessageId:
            return text(record.message_id);
        case Variable::RequestId:
            return text(record.request_id);
        case Variable::RequestTime:
            return text(time_text::request_time(record.request_time));
        case Variable::RequestTimeEpoch:
            return number(record.request_time);
        case Variable::RouteKey:
            return text(record.route_key);
        case Variable::Stage:
            return text(record.stage);
        case Variable::Status:
            return number(record.status);
    }
}

}  // namespace postern::api
