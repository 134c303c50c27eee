// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <postern/connections.hpp>
#include <postern/event.hpp>
#include <postern/plugin.h>
#include <postern/version.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The C++ face of the plugin interface: header only, standard library only.
///
///     void echo(const postern::Event& event, postern::Reply reply) { reply.send(event.body()); }
///     void setup(postern::Setup& setup) { setup.on("echo", &echo); }
///     POSTERN_PLUGIN("example", "1.0.0", setup)
///
/// Life: setup() registers handlers, on the main thread; after an exception there the gateway does not start,
/// or goes on without the reload. Handlers then run, several at a time. After their last event they are
/// destroyed, with what they captured.
///
/// Threads: a handler of on() runs on the connection's shard and must not block; one of on_blocking() runs on
/// a worker thread. Reply, Connections and Log are small values: copy them, keep them, use them from any
/// thread.
///
/// Cost: an event and its reply allocate nothing on this side of the interface (a refusal with headers does).
namespace postern {

namespace detail {
class Instance;
}

/// Completes one event, during the handler or later, from any thread. The first completion counts and further
/// ones have no effect; without any, the integration times out.
class Reply {
public:
    Reply(const postern_host& host, postern_token token) : host_(&host), token_(token) {}

    /// On $connect: 2xx admits, anything else refuses with this body. On a two-way route the body goes to the
    /// client; more than gateway.limits.messageBytes closes it with 1009. `status` is 100 to 599, else the
    /// integration has failed; 400 and more count as integration errors.
    void send(std::string_view body, int status = 200) const { give(status, body, false, nullptr, 0); }

    /// The same as a binary message, where the gateway accepts binary.
    void send_binary(std::string_view body, int status = 200) const { give(status, body, true, nullptr, 0); }

    /// 200 and no body: nothing goes to the client.
    void nothing() const { give(200, {}, false, nullptr, 0); }

    /// On $connect: admits the client. The subprotocol is not checked: a client that did not offer it breaks
    /// off.
    void accept(std::string_view subprotocol = {}) const
    {
        const postern_pair header{detail::text("Sec-WebSocket-Protocol"), detail::text(subprotocol)};
        give(200, {}, false, &header, subprotocol.empty() ? 0 : 1);
    }

    /// On $connect: refuses the client with this answer. `status` is anything but 2xx.
    void refuse(int status = 403, std::string_view body = {}, std::initializer_list<Pair> headers = {}) const
    {
        std::vector<postern_pair> pairs;
        pairs.reserve(headers.size());
        for (const Pair& header : headers)
            pairs.push_back({detail::text(header.name), detail::text(header.value)});
        give(status, body, false, pairs.data(), pairs.size());
    }

    /// The integration has failed, as a Lambda function that throws; `why` is for the log, not for the
    /// client.
    void fail(std::string_view why) const { host_->fail(host_->context, token_, detail::text(why)); }

private:
    void give(int status,
              std::string_view body,
              bool is_binary,
              const postern_pair* headers,
              std::size_t count) const
    {
        const postern_reply reply{.size = sizeof(postern_reply),
                                  .status_code = status,
                                  .is_binary = is_binary ? 1U : 0U,
                                  .body = detail::text(body),
                                  .headers = headers,
                                  .header_count = count};
        host_->reply(host_->context, token_, &reply);
    }

    const postern_host* host_;
    postern_token token_;
};

/// Handles one event. Called by several threads at the same time; throwing is the same as Reply::fail().
using Handler = std::function<void(const Event& event, Reply reply)>;

/// What a plugin's setup function works with; valid until it returns.
class Setup {
public:
    /// The plugin's `settings` of the configuration file as JSON text, "{}" when there are none.
    std::string_view settings() const { return settings_; }

    Connections connections() const;
    Log log() const;

    /// `name` is what a route's integration says after the plugin's name: `plugin:chat.join`. Letters,
    /// digits, '_' and '-'. The handler must not block: every connection of its shard waits for it. Throws
    /// std::invalid_argument when the name is taken or malformed.
    void on(std::string_view name, Handler handler);

    /// The same for a handler that may block: it runs on a worker thread.
    void on_blocking(std::string_view name, Handler handler);

private:
    friend class detail::Instance;
    Setup(detail::Instance& instance, std::string_view settings) : instance_(instance), settings_(settings) {}

    detail::Instance& instance_;
    std::string_view settings_;
};

namespace detail {

/// One creation of a plugin: its handlers, at addresses that stay. Shared objects may be created several
/// times.
class Instance {
public:
    explicit Instance(const postern_host& host) : host_(host) {}

    void run(void (*setup)(Setup&), std::string_view settings)
    {
        Setup argument(*this, settings);
        setup(argument);
    }

    void add(std::string_view name, bool is_blocking, Handler handler)
    {
        if (!handler) throw std::invalid_argument("handler \"" + std::string(name) + "\" is empty");
        Slot& slot = slots_.emplace_back(Slot{&host_, std::move(handler)});
        if (host_.register_handler(host_.plugin, text(name), is_blocking ? 1U : 0U, &invoke, &slot) != 0)
            throw std::invalid_argument("handler name \"" + std::string(name) + "\" is taken or malformed");
    }

    const postern_host& host() const { return host_; }

private:
    struct Slot {
        const postern_host* host;
        Handler handler;
    };

    static std::int32_t invoke(void* handler, const postern_event* event, postern_token token) noexcept
    {
        const Slot& slot = *static_cast<const Slot*>(handler);
        const Reply reply(*slot.host, token);
        try {
            slot.handler(Event(*event, *slot.host), reply);
            return 0;
        } catch (const std::exception& error) {
            reply.fail(error.what());
        } catch (...) {
            reply.fail("the handler threw something that is not a std::exception");
        }
        return 1;
    }

    const postern_host& host_;
    std::deque<Slot> slots_;
};

template <void (*setup)(Setup&)>
std::int32_t create(const postern_host* host,
                    postern_text settings,
                    void** state,
                    postern_text* error) noexcept
{
    static std::string
        why;  // outlives the call, as the interface asks; create() runs on the main thread only
    try {
        auto instance = std::make_unique<Instance>(*host);
        instance->run(setup, view(settings));
        *state = instance.release();
        return 0;
    } catch (const std::exception& exception) {
        why = exception.what();
    } catch (...) {
        why = "setup threw something that is not a std::exception";
    }
    *error = text(why);
    return 1;
}

inline void destroy(void* state) noexcept
{
    delete static_cast<Instance*>(state);
}

}  // namespace detail

inline Connections Setup::connections() const
{
    return Connections(instance_.host());
}
inline Log Setup::log() const
{
    return Log(instance_.host());
}
inline void Setup::on(std::string_view name, Handler handler)
{
    instance_.add(name, false, std::move(handler));
}
inline void Setup::on_blocking(std::string_view name, Handler handler)
{
    instance_.add(name, true, std::move(handler));
}

/// A setup function as the C interface's description of a plugin. `name` and `version` are literals.
template <void (*setup)(Setup&)>
const postern_plugin* describe_plugin(const char* name, const char* version) noexcept
{
    static const postern_plugin plugin{.magic = POSTERN_PLUGIN_MAGIC,
                                       .abi_major = POSTERN_ABI_MAJOR,
                                       .abi_minor = POSTERN_ABI_MINOR,
                                       .size = sizeof(postern_plugin),
                                       .name = name,
                                       .version = version,
                                       .create = &detail::create<setup>,
                                       .destroy = &detail::destroy};
    return &plugin;
}

}  // namespace postern

/// Exports a plugin: once in a shared object, outside every namespace.
#define POSTERN_PLUGIN(name, version, setup)                                            \
    extern "C" const postern_plugin* postern_plugin_query(std::uint32_t, std::uint32_t) \
    {                                                                                   \
        return ::postern::describe_plugin<&(setup)>(name, version);                     \
    }
