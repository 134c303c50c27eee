// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <postern/event.hpp>
#include <postern/plugin.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

/// What a plugin can do apart from replying: reach connections, and log. Part of <postern/plugin.hpp>.
namespace postern {

/// What became of a post, get or remove.
enum class ConnectionResult {
    Delivered = POSTERN_DELIVERED,                ///< accepted
    Gone = POSTERN_GONE,                          ///< no such connection (any more)
    PayloadTooLarge = POSTERN_PAYLOAD_TOO_LARGE,  ///< larger than a message may be
    LimitExceeded = POSTERN_LIMIT_EXCEEDED,       ///< the client reads too slowly
    BadConnectionId = POSTERN_BAD_CONNECTION_ID,  ///< not the shape of a connection id
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
/// outcome, on whichever thread knows it, and must not block.
class Connections {
public:
    using Done = std::function<void(ConnectionResult)>;
    using GotInfo = std::function<void(ConnectionResult, const ConnectionInfo&)>;

    explicit Connections(const postern_host& host) : host_(&host) {}

    /// Sends a text message; `data` is copied.
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

    /// Closes the connection, as a DELETE on @connections does; its $disconnect event follows.
    void remove(std::string_view connection_id, Done done = nullptr) const
    {
        void* const user = detail::Callback<Done>::keep(*host_, std::move(done));
        host_->remove(host_->context, detail::text(connection_id), user ? &finish : nullptr, user);
    }

private:
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
