// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <postern/plugin.hpp>
#include <postern/testing_host.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Unit tests of a plugin without a gateway: link the plugin's source into the test program and drive it.
///
///     postern::testing::Harness harness(postern_plugin_query, R"({"lobby":"general"})");
///     const postern::testing::Connection ann{.id = "ann", .query = {{"room", "tea"}}};
///     assert(harness.connect("join", ann).is_accepted());
///     harness.message("say", R"({"text":"hi"})", ann);
///     assert(harness.posts_to("ann").size() == 1);
///
/// Every handler, a blocking one too, runs on the thread that calls the harness. The clock stands still.
namespace postern::testing {

/// How long wait() and wait_until() wait for other threads before they give up: a test that passes never
/// waits this long.
inline constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(30);

/// What became of one event. A handle: it sees replies that come later. Thread: any.
class Outcome {
public:
    /// Neither replied nor failed yet. A gateway would answer "Endpoint request timed out" in the end.
    bool is_pending() const
    {
        return state_->read([&] { return !call().is_done(); });
    }

    std::optional<Answer> reply() const
    {
        return state_->read([&] { return call().answer; });
    }

    /// Replied with 2xx: what admits a client on $connect.
    bool is_accepted() const
    {
        const auto answer = reply();
        return answer && answer->status_code / 100 == 2;
    }

    /// Why the handler failed, when it did.
    std::optional<std::string> failure() const
    {
        return state_->read([&] { return call().failure; });
    }

    /// Waits for another thread to complete the event; false when it did not.
    bool wait(std::chrono::milliseconds limit = kPatience) const
    {
        std::unique_lock lock(state_->mutex);
        return state_->changed.wait_for(lock, limit, [&] { return call().is_done(); });
    }

private:
    friend class Harness;
    Outcome(std::shared_ptr<detail::State> state, std::uint64_t number)
        : state_(std::move(state)), number_(number)
    {}

    const detail::Call& call() const { return state_->calls.at(static_cast<std::size_t>(number_)); }

    std::shared_ptr<detail::State> state_;
    std::uint64_t number_;
};

/// A gateway as a plugin sees it. Creates the plugin, and destroys it at the end.
/// Thread: one drives the harness; the plugin's own threads may use the host at the same time.
class Harness {
public:
    /// Throws std::runtime_error with the plugin's words when setup fails.
    explicit Harness(postern_plugin_query_fn query, std::string_view settings = "{}")
        : plugin_(query(POSTERN_ABI_MAJOR, POSTERN_ABI_MINOR)), host_(detail::FakeHost::table(*state_))
    {
        if (plugin_ == nullptr || plugin_->magic != POSTERN_PLUGIN_MAGIC ||
            plugin_->abi_major != POSTERN_ABI_MAJOR)
            throw std::runtime_error("not a plugin of this interface version");
        postern_text error{};
        const std::int32_t failed =
            plugin_->create(&host_, postern::detail::text(settings), &instance_, &error);
        state_->apply([&] { state_->is_creating = false; });
        if (failed != 0) throw std::runtime_error(std::string(postern::detail::view(error)));
    }

    Harness(const Harness&) = delete;
    Harness& operator=(const Harness&) = delete;
    ~Harness() { plugin_->destroy(instance_); }

    /// A client's $connect. As on AWS the client can be posted to only once it has been accepted.
    Outcome connect(std::string_view handler, const Connection& connection)
    {
        postern_event event = make_event(POSTERN_CONNECT, "$connect", connection);
        const auto headers = to_pairs(connection.headers);
        const auto query = to_pairs(connection.query);
        event.headers = headers.data();
        event.header_count = headers.size();
        event.query = query.data();
        event.query_count = query.size();
        return invoke(handler, event, connection);
    }

    /// A client's message. `route_key` is the handler's name when it is not given. The client counts as
    /// connected.
    Outcome message(std::string_view handler,
                    std::string_view body,
                    const Connection& connection,
                    std::string_view route_key = {})
    {
        state_->apply([&] { state_->connected.insert_or_assign(connection.id, connection); });
        postern_event event =
            make_event(POSTERN_MESSAGE, route_key.empty() ? handler : route_key, connection);
        event.body = postern::detail::text(body);
        return invoke(handler, event);
    }

    /// The end of a connection. It can not be posted to any more.
    Outcome disconnect(std::string_view handler,
                       const Connection& connection,
                       int status_code = 1000,
                       std::string_view reason = {})
    {
        state_->apply([&] {
            state_->connected.erase(connection.id);
            state_->leave_all(connection.id);
        });
        postern_event event = make_event(POSTERN_DISCONNECT, "$disconnect", connection);
        event.disconnect_status_code = status_code;
        event.disconnect_reason = postern::detail::text(reason);
        return invoke(handler, event);
    }

    /// What the plugin registered.
    std::vector<std::string> handlers() const
    {
        return state_->read([&] {
            std::vector<std::string> names;
            for (const auto& [name, handler] : state_->handlers) names.push_back(name);
            return names;
        });
    }
    bool is_blocking(std::string_view handler) const { return find(handler).is_blocking; }

    /// What connected clients got through Connections::post and broadcast, in order.
    std::vector<Post> posts() const
    {
        return state_->read([&] { return state_->posts; });
    }
    std::vector<std::string> posts_to(std::string_view connection_id) const
    {
        std::vector<std::string> data;
        for (Post& post : posts())
            if (post.connection_id == connection_id) data.push_back(std::move(post.data));
        return data;
    }
    void clear_posts()
    {
        state_->apply([&] { state_->posts.clear(); });
    }

    /// Who is in a group, by id.
    std::vector<std::string> group(std::string_view name) const
    {
        return state_->read([&] {
            const auto found = state_->groups.find(name);
            return found == state_->groups.end()
                       ? std::vector<std::string>{}
                       : std::vector<std::string>(found->second.begin(), found->second.end());
        });
    }

    /// The connections that the plugin removed, in order.
    std::vector<std::string> removed() const
    {
        return state_->read([&] { return state_->removed; });
    }

    std::vector<LogLine> log_lines() const
    {
        return state_->read([&] { return state_->log; });
    }

    /// From now on posts to this connection end so, e.g. LimitExceeded for a client that does not read.
    void set_post_result(std::string connection_id, ConnectionResult result)
    {
        state_->apply([&] { state_->post_results.insert_or_assign(std::move(connection_id), result); });
    }

    void set_stage_variable(std::string name, std::string value)
    {
        state_->apply([&] { state_->stage_variables.insert_or_assign(std::move(name), std::move(value)); });
    }

    /// Waits until `condition`, which may ask this harness and its outcomes, becomes true by what the
    /// plugin's threads do.
    template <class Condition>
    bool wait_until(Condition condition, std::chrono::milliseconds limit = kPatience) const
    {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        for (bool is_late = false;;) {
            const std::uint64_t seen = state_->read([&] { return state_->change_count; });
            if (condition()) return true;
            if (is_late) return false;
            std::unique_lock lock(state_->mutex);
            is_late =
                !state_->changed.wait_until(lock, deadline, [&] { return state_->change_count != seen; });
        }
    }

private:
    static std::vector<postern_pair> to_pairs(const std::vector<std::pair<std::string, std::string>>& pairs)
    {
        std::vector<postern_pair> out;
        out.reserve(pairs.size());
        for (const auto& [name, value] : pairs)
            out.push_back({postern::detail::text(name), postern::detail::text(value)});
        return out;
    }

    static postern_event make_event(std::uint32_t type,
                                    std::string_view route_key,
                                    const Connection& connection)
    {
        postern_event event{};
        event.size = sizeof event;
        event.event_type = type;
        event.api_id = postern::detail::text("testapi001");
        event.stage = postern::detail::text("test");
        event.route_key = postern::detail::text(route_key);
        event.connection_id = postern::detail::text(connection.id);
        event.domain_name = postern::detail::text("localhost");
        event.source_ip = postern::detail::text(connection.source_ip);
        event.user_agent = detail::FakeHost::optional_text(connection.user_agent);
        event.connected_at = detail::kNowMilliseconds;
        return event;
    }

    detail::RegisteredHandler find(std::string_view name) const
    {
        return state_->read([&] {
            const auto found = state_->handlers.find(name);
            if (found == state_->handlers.end())
                throw std::invalid_argument("the plugin has no handler \"" + std::string(name) + "\"");
            return found->second;
        });
    }

    Outcome invoke(std::string_view handler,
                   postern_event& event,
                   std::optional<Connection> joins = std::nullopt)
    {
        const detail::RegisteredHandler entry = find(handler);
        std::uint64_t number = 0;
        state_->apply([&] {
            number = state_->calls.size();
            detail::Call& call = state_->calls.emplace_back();
            call.joins = std::move(joins);
            call.request_id = "request-" + std::to_string(number) + "=";
            if (event.event_type == POSTERN_MESSAGE)
                call.message_id = "message-" + std::to_string(number) + "=";
            event.internal = &call;
        });
        if (entry.invoke(entry.handler, &event, {.home = 0, .call = number}) != 0)
            state_->complete(number, std::nullopt, "the handler failed");
        return Outcome(state_, number);
    }

    std::shared_ptr<detail::State> state_ = std::make_shared<detail::State>();
    const postern_plugin* plugin_;
    postern_host host_;
    void* instance_ = nullptr;
};

}  // namespace postern::testing
