// SPDX-License-Identifier: Apache-2.0
#include "integrations/plugin_host.hpp"

#include "integrations/event_scope.hpp"

namespace postern::integrations {

namespace {

std::string_view view(postern_text text)
{
    return {text.data, text.size};
}

postern_text text(std::string_view s)
{
    return {s.data(), s.size()};
}

const PluginHost& host(void* context)
{
    return *static_cast<const PluginHost*>(context);
}

postern_result as_c(connections::PostResult result)
{
    switch (result) {
        case connections::PostResult::Delivered:
            return POSTERN_DELIVERED;
        case connections::PostResult::PayloadTooLarge:
            return POSTERN_PAYLOAD_TOO_LARGE;
        case connections::PostResult::LimitExceeded:
            return POSTERN_LIMIT_EXCEEDED;
        case connections::PostResult::BadConnectionId:
            return POSTERN_BAD_CONNECTION_ID;
        case connections::PostResult::BadGroup:
            return POSTERN_BAD_GROUP;
        case connections::PostResult::Gone:
            break;
    }
    return POSTERN_GONE;
}

connections::Directory::Done when_done(postern_done_fn done, void* user)
{
    return [done, user](connections::PostResult result) {
        if (done != nullptr) done(user, as_c(result));
    };
}

InvokeReply as_reply(const postern_reply& reply)
{
    InvokeReply out;
    out.status_code = reply.status_code;
    out.body = view(reply.body);
    out.is_binary = reply.is_binary != 0;
    out.headers.reserve(reply.header_count);
    for (std::size_t i = 0; i < reply.header_count; ++i) {
        out.headers.push_back(
            {std::string(view(reply.headers[i].name)), std::string(view(reply.headers[i].value))});
    }
    return out;
}

void host_reply(void* context, postern_token token, const postern_reply* reply)
{
    host(context).reply(token, as_reply(*reply));
}

void host_fail(void* context, postern_token token, postern_text why)
{
    host(context).fail(token, {api::Refusal::IntegrationFailed, view(why)});
}

postern_text host_event_json(void* /*context*/, const postern_event* event)
{
    return text(EventScope::of(*event).json());
}

postern_text host_request_id(void* /*context*/, const postern_event* event)
{
    return text(EventScope::of(*event).request_id());
}

postern_text host_message_id(void* /*context*/, const postern_event* event)
{
    return text(EventScope::of(*event).message_id());
}

postern_text host_stage_variable(void* /*context*/, const postern_event* event, postern_text name)
{
    const std::string* value = EventScope::of(*event).stage_variable(view(name));
    return value == nullptr ? postern_text{nullptr, 0} : text(*value);
}

void host_post(void* context, postern_text connection_id, postern_text data, postern_done_fn done, void* user)
{
    host(context).directory().post({}, view(connection_id), view(data), when_done(done, user));
}

void host_get(void* context, postern_text connection_id, postern_info_fn done, void* user)
{
    auto tell = [done, user](connections::PostResult result, const connections::ConnectionStatus& status) {
        if (done == nullptr) return;
        postern_connection_info info{};
        info.size = sizeof(info);
        info.source_ip = text(status.source_ip);
        if (status.user_agent) info.user_agent = text(*status.user_agent);
        info.connected_at = status.connected_at;
        info.last_active_at = status.last_active_at;
        done(user, as_c(result), result == connections::PostResult::Delivered ? &info : nullptr);
    };
    host(context).directory().get({}, view(connection_id), std::move(tell));
}

void host_remove(void* context, postern_text connection_id, postern_done_fn done, void* user)
{
    host(context).directory().remove({}, view(connection_id), when_done(done, user));
}

void host_join(
    void* context, postern_text connection_id, postern_text group, postern_done_fn done, void* user)
{
    host(context).directory().join({}, view(connection_id), view(group), when_done(done, user));
}

void host_leave(
    void* context, postern_text connection_id, postern_text group, postern_done_fn done, void* user)
{
    host(context).directory().leave({}, view(connection_id), view(group), when_done(done, user));
}

void host_broadcast(void* context,
                    postern_text api_id,
                    postern_text group,
                    postern_text data,
                    const postern_text* except,
                    std::size_t except_count,
                    postern_count_fn done,
                    void* user)
{
    std::vector<std::string_view> ids;
    ids.reserve(except_count);
    for (std::size_t i = 0; i < except_count; ++i) ids.push_back(view(except[i]));
    auto tell = [done, user](connections::PostResult result, std::size_t accepted) {
        if (done != nullptr) done(user, as_c(result), accepted);
    };
    host(context).directory().broadcast(view(api_id), view(group), view(data), ids, std::move(tell));
}

}  // namespace

postern_host PluginHost::table()
{
    postern_host table{};
    table.size = sizeof(table);
    table.abi_major = POSTERN_ABI_MAJOR;
    table.abi_minor = POSTERN_ABI_MINOR;
    table.context = this;
    table.reply = host_reply;
    table.fail = host_fail;
    table.event_json = host_event_json;
    table.request_id = host_request_id;
    table.message_id = host_message_id;
    table.stage_variable = host_stage_variable;
    table.post = host_post;
    table.get = host_get;
    table.remove = host_remove;
    table.join = host_join;
    table.leave = host_leave;
    table.broadcast = host_broadcast;
    return table;
}

void PluginHost::reply(postern_token token, const InvokeReply& reply) const
{
    if (token.home >= homes_.size()) return;
    const Home& home = homes_[token.home];
    if (net::Shard::current() == home.shard) return home.calls->on_reply(token.call, reply);
    home.shard->post(
        [calls = home.calls, call = token.call, answer = reply, body = std::string(reply.body)]() mutable {
            answer.body = body;
            calls->on_reply(call, answer);
        });
}

void PluginHost::fail(postern_token token, const InvokeFailure& failure) const
{
    if (token.home >= homes_.size()) return;
    const Home& home = homes_[token.home];
    if (net::Shard::current() == home.shard) return home.calls->on_failure(token.call, failure);
    home.shard->post(
        [calls = home.calls, call = token.call, failed = failure, why = std::string(failure.why)]() mutable {
            failed.why = why;
            calls->on_failure(call, failed);
        });
}

}  // namespace postern::integrations
