// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <postern/plugin.hpp>
#include <postern/testing_event.hpp>
#include <postern/testing_state.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// The host that a plugin sees under test. Part of <postern/testing.hpp>.
namespace postern::testing::detail {

/// The functions of the host table. `context` and `plugin` are the State.
struct FakeHost {
    static constexpr std::size_t kMessageBytesMax =
        std::size_t{128} * 1024;                                 // AWS's quota, the gateway's default
    static constexpr std::ptrdiff_t kGroupsPerConnection = 100;  // the gateway's default

    static postern_host table(State& state)
    {
        return {.size = sizeof(postern_host),
                .abi_major = POSTERN_ABI_MAJOR,
                .abi_minor = POSTERN_ABI_MINOR,
                .plugin = &state,
                .context = &state,
                .register_handler = &register_handler,
                .log = &log,
                .reply = &reply,
                .fail = &fail,
                .event_json = &event_json,
                .request_id = &request_id,
                .message_id = &message_id,
                .stage_variable = &stage_variable,
                .post = &post,
                .get = &get,
                .remove = &remove,
                .join = &join,
                .leave = &leave,
                .broadcast = &broadcast};
    }

    static State& state(void* context) { return *static_cast<State*>(context); }
    static const Call& call(const postern_event* event) { return *static_cast<const Call*>(event->internal); }

    static std::int32_t register_handler(
        void* plugin, postern_text name, std::uint32_t blocking, postern_invoke_fn invoke, void* handler)
    {
        const std::string_view word = postern::detail::view(name);
        const bool is_word = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
            return (c >= '0' && c <= '9') ||
                   (postern::detail::lower(c) >= 'a' && postern::detail::lower(c) <= 'z') || c == '_' ||
                   c == '-';
        });
        return state(plugin).apply([&] {
            State& self = state(plugin);
            if (!is_word || !self.is_creating) return 1;
            const RegisteredHandler entry{blocking != 0, invoke, handler};
            return self.handlers.emplace(word, entry).second ? 0 : 1;
        });
    }

    static void log(void* plugin, std::int32_t level, postern_text message)
    {
        State& self = state(plugin);
        self.apply([&] {
            self.log.push_back(
                {static_cast<postern_log_level>(level), std::string(postern::detail::view(message))});
        });
    }

    static void reply(void* context, postern_token token, const postern_reply* reply)
    {
        Answer answer{.status_code = reply->status_code,
                      .body = std::string(postern::detail::view(reply->body)),
                      .is_binary = reply->is_binary != 0};
        for (const Pair pair : Pairs(reply->headers, reply->header_count))
            answer.headers.emplace_back(pair.name, pair.value);
        state(context).complete(token.call, std::move(answer), std::nullopt);
    }

    static void fail(void* context, postern_token token, postern_text why)
    {
        state(context).complete(token.call, std::nullopt, std::string(postern::detail::view(why)));
    }

    static postern_text event_json(void* context, const postern_event* event)
    {
        const State& self = state(context);
        const Call& current = call(event);
        current.json = self.read([&] {
            return detail::event_json(*event, current.request_id, current.message_id, self.stage_variables);
        });
        return postern::detail::text(current.json);
    }

    static postern_text request_id(void*, const postern_event* event)
    {
        return postern::detail::text(call(event).request_id);
    }

    static postern_text message_id(void*, const postern_event* event)
    {
        return postern::detail::text(call(event).message_id);
    }

    static postern_text stage_variable(void* context, const postern_event*, postern_text name)
    {
        const State& self = state(context);
        return self.read([&] {
            const auto found = self.stage_variables.find(postern::detail::view(name));
            return found == self.stage_variables.end() ? postern_text{}
                                                       : postern::detail::text(found->second);
        });
    }

    static void post(void* context, postern_text id, postern_text data, postern_done_fn done, void* user)
    {
        State& self = state(context);
        const std::string connection_id(postern::detail::view(id));
        const ConnectionResult result = self.apply(
            [&] { return self.post(connection_id, postern::detail::view(data), kMessageBytesMax); });
        if (done != nullptr) done(user, static_cast<std::int32_t>(result));
    }

    static void get(void* context, postern_text id, postern_info_fn done, void* user)
    {
        if (done == nullptr) return;
        const State& self = state(context);
        const std::string_view connection_id = postern::detail::view(id);
        Connection connection;
        const ConnectionResult result = self.read([&] {
            const ConnectionResult reached = self.reach(connection_id);
            if (reached == ConnectionResult::Delivered)
                connection = self.connected.find(connection_id)->second;
            return reached;
        });
        const postern_connection_info info{.size = sizeof(postern_connection_info),
                                           .source_ip = postern::detail::text(connection.source_ip),
                                           .user_agent = optional_text(connection.user_agent),
                                           .connected_at = kNowMilliseconds,
                                           .last_active_at = kNowMilliseconds};
        done(
            user, static_cast<std::int32_t>(result), result == ConnectionResult::Delivered ? &info : nullptr);
    }

    static void remove(void* context, postern_text id, postern_done_fn done, void* user)
    {
        State& self = state(context);
        const std::string connection_id(postern::detail::view(id));
        const ConnectionResult result = self.apply([&] {
            const ConnectionResult reached = self.reach(connection_id);
            if (reached == ConnectionResult::Delivered) {
                self.connected.erase(connection_id);
                self.leave_all(connection_id);
                self.removed.push_back(connection_id);
            }
            return reached;
        });
        if (done != nullptr) done(user, static_cast<std::int32_t>(result));
    }

    static void join(void* context, postern_text id, postern_text group, postern_done_fn done, void* user)
    {
        State& self = state(context);
        const ConnectionResult result = self.apply([&] {
            const std::string_view connection_id = postern::detail::view(id);
            const std::string_view name = postern::detail::view(group);
            const ConnectionResult reached = self.reach_for_group(connection_id, name);
            if (reached != ConnectionResult::Delivered) return reached;
            const auto joined = std::count_if(self.groups.begin(), self.groups.end(), [&](const auto& one) {
                return one.first != name && one.second.contains(connection_id);
            });
            if (joined >= kGroupsPerConnection) return ConnectionResult::LimitExceeded;
            self.groups[std::string(name)].emplace(connection_id);
            return reached;
        });
        if (done != nullptr) done(user, static_cast<std::int32_t>(result));
    }

    static void leave(void* context, postern_text id, postern_text group, postern_done_fn done, void* user)
    {
        State& self = state(context);
        const ConnectionResult result = self.apply([&] {
            const std::string_view name = postern::detail::view(group);
            const ConnectionResult reached = self.reach_for_group(postern::detail::view(id), name);
            const auto found = self.groups.find(name);
            if (reached == ConnectionResult::Delivered && found != self.groups.end())
                found->second.erase(std::string(postern::detail::view(id)));
            return reached;
        });
        if (done != nullptr) done(user, static_cast<std::int32_t>(result));
    }

    /// The harness has one API, whose groups these are.
    static void broadcast(void* context,
                          postern_text,
                          postern_text group,
                          postern_text data,
                          const postern_text* except,
                          std::size_t except_count,
                          postern_count_fn done,
                          void* user)
    {
        State& self = state(context);
        std::uint64_t count = 0;
        const ConnectionResult result = self.apply([&] {
            const std::string_view name = postern::detail::view(group);
            if (self.reach_for_group("anybody", name) == ConnectionResult::BadGroup)
                return ConnectionResult::BadGroup;
            if (data.size > kMessageBytesMax) return ConnectionResult::PayloadTooLarge;
            const auto members = self.groups.find(name);
            if (members == self.groups.end()) return ConnectionResult::Delivered;
            for (const std::string& id : members->second) {
                const bool is_excluded = std::any_of(except, except + except_count, [&](postern_text one) {
                    return postern::detail::view(one) == id;
                });
                if (!is_excluded && self.post(id, postern::detail::view(data), kMessageBytesMax) ==
                                        ConnectionResult::Delivered)
                    ++count;
            }
            return ConnectionResult::Delivered;
        });
        if (done != nullptr) done(user, static_cast<std::int32_t>(result), count);
    }

    static postern_text optional_text(const std::optional<std::string>& value)
    {
        return value ? postern::detail::text(*value) : postern_text{};
    }
};

}  // namespace postern::testing::detail
