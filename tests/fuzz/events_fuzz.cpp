// SPDX-License-Identifier: Apache-2.0
// Whatever clients and handlers say, events are JSON and UTF-8, and answers have no lines but ours.
#include "api/event.hpp"
#include "api/gateway_error.hpp"
#include "api/proxy_reply.hpp"
#include "core/base64.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "fuzz/fuzz.hpp"

using namespace postern;

namespace {

void check_json(const std::string& event)
{
    POSTERN_CHECK(text::is_utf8(event) && json::parse(event));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input(data, size);
    const std::uint8_t choice = input.byte();
    api::RequestContext context;
    context.route_key = context.domain_name = input.line();
    context.user_agent = input.line();
    const auto query = api::parse_query(input.line());
    const std::string_view protocol = input.line();
    api::Headers headers;
    for (int i = choice & 7; i > 0; --i) {
        const std::string_view name = input.line();
        headers.push_back({std::string(name), std::string(input.line())});
    }
    const std::string_view body = input.rest();
    const bool is_binary = !text::is_utf8(body);
    const std::string shown(is_binary ? base64::encode(body) : body);
    const api::StringMap variables{{"name", std::string(protocol)}};
    std::string event;
    api::append_message_event(event, context, shown, is_binary, variables);
    check_json(event);
    api::add_forwarding_headers(headers, "::1", "443", "https", "Root=1");
    context.event_type = api::EventType::Connect;
    api::append_connect_event(event = {}, context, headers, query, variables);
    check_json(event);
    context.event_type = api::EventType::Disconnect;
    context.disconnect_reason = protocol;
    api::append_disconnect_event(event = {}, context, variables);
    check_json(event);

    const auto reply = api::parse_proxy_reply(body);
    POSTERN_CHECK(!reply || (reply->status_code >= 100 && reply->status_code <= 599));
    const api::HttpReply refusal = api::handler_refusal(300 + choice, body, headers, "id", "id", 0);
    const std::string answer = api::serialize(refusal);
    POSTERN_CHECK(answer.find("\r\n\r\n") + 4 + refusal.body.size() == answer.size());
    const std::string accepted = api::switching_protocols("accept", protocol, "", 0);
    POSTERN_CHECK(accepted.find("\r\n\r\n") + 4 == accepted.size());
    return 0;
}
