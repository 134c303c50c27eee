// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <postern/event.hpp>
#include <postern/plugin.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a plugin can do apart from replying: reach connections, and log. Part of <postern/plugin.hpp>.
namespace postern {

/// What became of a post, a get, a remove, or what is done with groups.
enum class ConnectionResult {
    Delivered = POSTERN_DELIVERED,                ///< accepted
    Gone = POSTERN_GONE,                          ///< no such connection (any more)
    PayloadTooLarge = POSTERN_PAYLOAD_TOO_LARGE,  ///< larger than gateway.limits.messageBytes
    /// The client reads too slowly and is being closed; of join: it is in as many groups as it may be
    /// (gateway.limits.groupsPerConnection).
    LimitExceeded = POSTERN_LIMIT_EXCEEDED,
    BadConnectionId = POSTERN_BAD_CONNECTION_ID,  ///< not the shape of a connection id
    BadGroup = POSTERN_BAD_GROUP,                 ///< not the shape of a group's name
};

/// Lines in the gateway's log, marked with the plugin's name. Thread: any.
class Log {
public:
    explicit Log(const postern_host& host) : host_(&host) {}

    void debug(std::string_view message) const { write(POSTERN_LOG_DEBUG, message); }
    void info(std::string_view message) const { write(POSTERN_LOG_INFO, message); }
    void warn(std::string_view message) const { write(POSTERN_LOG_WARN, message); }
    void error(std::string_view message) const { write(POSTERN_LOG_ERROR, message); }

private:
    void write(std::int32_t level, std::string_view message) const
    {
        host_->log(host_->plugin, level, detail::text(message));
    }

    const postern_host* host_;
};

/// What is known of a connection. The texts are valid during the callback.
struct ConnectionInfo {
    std::string_view source_ip;
    std::optional<std::string_view> user_agent;
    Time connected_at;
    Time last_active_at;
};

namespace detail {

/// A callback on its way through the host; made with the call, freed when the host has called it.
template <class Function>
struct Callback {
    const postern_host* host;
    Function function;

    /// Null for an empty function: the host is then asked not to call back.
    static void* keep(const postern_host& host, Function function)
    {
        return function ? new Callback{&host, std::move(function)} : nullptr;
    }

    template <class... Arguments>
    static void run(void* user, Arguments&&... arguments) noexcept
    {
        const std::unique_ptr<Callback> self(static_cast<Callback*>(user));
        try {
            self->function(std::forward<Arguments>(arguments)...);
        } catch (const std::exception& error) {
            Log(*self->host).error(error.what());
        } catch (...) {
            Log(*self->host).error("a callback threw something that is not a std::exception");
        }
    }
};

}  // namespace detail

/// @connections for code inside the gateway's process. Thread: any. Nothing here waits: a callback gets the
/// outcome, inside the call when it is known at once, else on a shard's thread; it must not block.
class Connections {
public:
    using Done = std::function<void(ConnectionResult)>;
    using Counted = std::function<void(ConnectionResult, std::uint64_t count)>;
    using GotInfo = std::function<void(ConnectionResult, const ConnectionInfo&)>;

    explicit Connections(const postern_host& host) : host_(&host) {}

    /// Sends a text message; `data` is copied, and bytes that are not UTF-8 become U+FFFD.
    void post(std::string_view connection_id, std::string_view data, Done done = nullptr) const
    {
        void* const user = detail::Callback<Done>::keep(*host_, std::move(done));
        host_->post(
            host_->context, detail::text(connection_id), detail::text(data), user ? &finish : nullptr, user);
    }

    /// The info is empty unless the result is Delivered.
    void get(std::string_view connection_id, GotInfo done) const
    {
        void* const user = detail::Callback<GotInfo>::keep(*host_, std::move(done));
        if (user != nullptr) host_->get(host_->context, detail::text(connection_id), &finish_get, user);
    }

    /// Closes with 1000 "Connection Closed Normally", as a DELETE on @connections does; its $disconnect event
    /// follows.
    void remove(std::string_view connection_id, Done done = nullptr) const
    {
        void* const user = detail::Callback<Done>::keep(*host_, std::move(done));
        host_->remove(host_->context, detail::text(connection_id), user ? &finish : nullptr, user);
    }

    /// Into a group of the connection's API; also inside its $connect. A group has a name of 1 to 128
    /// printable ASCII characters without '/'; it begins with its first connection and ends with its last,
    /// and a connection that ends leaves all of them. LimitExceeded: the connection is in too many.
    void join(std::string_view connection_id, std::string_view group, Done done = nullptr) const
    {
        void* const user = detail::Callback<Done>::keep(*host_, std::move(done));
        host_->join(
            host_->context, detail::text(connection_id), detail::text(group), user ? &finish : nullptr, user);
    }

    /// Delivered also when it was not in the group.
    void leave(std::string_view connection_id, std::string_view group, Done done = nullptr) const
    {
        void* const user = detail::Callback<Done>::keep(*host_, std::move(done));
        host_->leave(
            host_->context, detail::text(connection_id), detail::text(group), user ? &finish : nullptr, user);
    }

    /// Sends a text message to all who are in a group of the API, except the given connections; `data` is
    /// copied, once for all. `done` gets how many it has been accepted for.
    void broadcast(std::string_view api_id,
                   std::string_view group,
                   std::string_view data,
                   std::initializer_list<std::string_view> except = {},
                   Counted done = nullptr) const
    {
        send(api_id, group, data, except.begin(), except.size(), std::move(done));
    }
    void broadcast(std::string_view api_id,
                   std::string_view group,
                   std::string_view data,
                   const std::vector<std::string>& except,
                   Counted done = nullptr) const
    {
        send(api_id, group, data, except.data(), except.size(), std::move(done));
    }

private:
    template <class Text>
    void send(std::string_view api_id,
              std::string_view group,
              std::string_view data,
              const Text* except,
              std::size_t except_count,
              Counted done) const
    {
        std::vector<postern_text> ids;
        ids.reserve(except_count);
        for (std::size_t i = 0; i < except_count; ++i) ids.push_back(detail::text(except[i]));
        void* const user = detail::Callback<Counted>::keep(*host_, std::move(done));
        host_->broadcast(host_->context,
                         detail::text(api_id),
                         detail::text(group),
                         detail::text(data),
                         ids.data(),
                         ids.size(),
                         user ? &finish_count : nullptr,
                         user);
    }

    static void finish_count(void* user, std::int32_t result, std::uint64_t count) noexcept
    {
        detail::Callback<Counted>::run(user, static_cast<ConnectionResult>(result), count);
    }

    static void finish(void* user, std::int32_t result) noexcept
    {
        detail::Callback<Done>::run(user, static_cast<ConnectionResult>(result));
    }

    static void finish_get(void* user, std::int32_t result, const postern_connection_info* info) noexcept
    {
        ConnectionInfo copy;
        if (info != nullptr)
            copy = {.source_ip = detail::view(info->source_ip),
                    .user_agent = detail::optional_view(info->user_agent),
                    .connected_at = detail::time(info->connected_at),
                    .last_active_at = detail::time(info->last_active_at)};
        detail::Callback<GotInfo>::run(user, static_cast<ConnectionResult>(result), copy);
    }

    const postern_host* host_;
};

}  // namespace postern
