// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <postern/plugin.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the harness and the host that a plugin sees under test share. Part of <postern/testing.hpp>.
namespace postern::testing {

/// A client, as the plugin's events show it.
struct Connection {
    std::string id;
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::vector<std::pair<std::string, std::string>> query = {};
    std::string source_ip = "127.0.0.1";
    std::optional<std::string> user_agent = std::nullopt;
};

/// What a handler replied.
struct Answer {
    int status_code = 0;
    std::string body = {};
    bool is_binary = false;
    std::vector<std::pair<std::string, std::string>> headers = {};

    std::optional<std::string> header(std::string_view name) const
    {
        for (const auto& [key, value] : headers)
            if (postern::detail::iequals(key, name)) return value;
        return std::nullopt;
    }
};

/// A message that the plugin posted and that a connected client would have got.
struct Post {
    std::string connection_id;
    std::string data;
    bool operator==(const Post&) const = default;
};

struct LogLine {
    postern_log_level level;
    std::string message;
};

namespace detail {

struct Call {
    std::optional<Connection> joins;  ///< CONNECT: who is connected once it is accepted
    std::string request_id;
    std::string message_id;
    std::optional<Answer> answer;
    std::optional<std::string> failure;
    mutable std::string json;  ///< belongs to the thread of the handler

    bool is_done() const { return answer.has_value() || failure.has_value(); }
};

struct RegisteredHandler {
    bool is_blocking = false;
    postern_invoke_fn invoke = nullptr;
    void* handler = nullptr;
};

/// What the harness and the host's functions share; `mutex` guards all of it.
struct State {
    mutable std::mutex mutex;
    mutable std::condition_variable changed;
    std::uint64_t change_count = 0;

    bool is_creating = true;
    std::map<std::string, RegisteredHandler, std::less<>> handlers;
    std::deque<Call> calls;  ///< a token's `call` is the index; addresses are stable
    std::map<std::string, Connection, std::less<>> connected;
    std::map<std::string, ConnectionResult, std::less<>> post_results;
    std::map<std::string, std::string, std::less<>> stage_variables;
    std::vector<Post> posts;
    std::vector<std::string> removed;
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> groups;  ///< who is in each
    std::vector<LogLine> log;

    /// Runs `change` under the lock and wakes whoever waits.
    template <class Change>
    auto apply(Change change)
    {
        struct Wake {
            State& state;
            ~Wake() { state.changed.notify_all(); }
        } wake{*this};
        const std::lock_guard lock(mutex);
        ++change_count;
        return change();
    }

    template <class Read>
    auto read(Read read) const
    {
        const std::lock_guard lock(mutex);
        return read();
    }

    ConnectionResult reach(std::string_view connection_id) const
    {
        if (connection_id.empty()) return ConnectionResult::BadConnectionId;
        return connected.contains(connection_id) ? ConnectionResult::Delivered : ConnectionResult::Gone;
    }

    /// Of a connection that may also be inside its $connect: whether a group is there for it.
    ConnectionResult reach_for_group(std::string_view connection_id, std::string_view group) const
    {
        const bool is_name =
            !group.empty() && group.size() <= 128 &&
            std::all_of(group.begin(), group.end(), [](char c) { return c >= ' ' && c <= '~' && c != '/'; });
        if (!is_name) return ConnectionResult::BadGroup;
        const bool is_connecting = std::any_of(calls.begin(), calls.end(), [&](const Call& call) {
            return call.joins && call.joins->id == connection_id && !call.is_done();
        });
        return is_connecting ? ConnectionResult::Delivered : reach(connection_id);
    }

    void leave_all(std::string_view connection_id)
    {
        for (auto& [name, members] : groups) {
            const auto found = members.find(connection_id);
            if (found != members.end()) members.erase(found);
        }
    }

    /// What a post to the connection comes to; when it is Delivered the message is written down.
    ConnectionResult post(const std::string& connection_id, std::string_view data, std::size_t bytes_max)
    {
        ConnectionResult reached = reach(connection_id);
        const auto forced = post_results.find(connection_id);
        if (reached == ConnectionResult::Delivered && data.size() > bytes_max)
            reached = ConnectionResult::PayloadTooLarge;
        if (forced != post_results.end()) reached = forced->second;
        if (reached == ConnectionResult::Delivered) posts.push_back({connection_id, std::string(data)});
        return reached;
    }

    /// The first completion counts.
    void complete(std::uint64_t number, std::optional<Answer> answer, std::optional<std::string> failure)
    {
        apply([&] {
            Call& call = calls.at(static_cast<std::size_t>(number));
            if (call.is_done()) return;
            if (answer && (answer->status_code < 100 || answer->status_code > 599)) {
                failure =
                    "status code " + std::to_string(answer->status_code) + " is not between 100 and 599";
                answer.reset();
            }
            const bool is_admitted = answer && answer->status_code / 100 == 2;
            if (call.joins && is_admitted) connected.insert_or_assign(call.joins->id, *call.joins);
            if (call.joins && !is_admitted) leave_all(call.joins->id);
            call.answer = std::move(answer);
            call.failure = std::move(failure);
        });
    }
};

}  // namespace detail

}  // namespace postern::testing
