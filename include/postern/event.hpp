// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <postern/plugin.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

/// What a handler is told. Part of <postern/plugin.hpp>.
namespace postern {

/// The gateway counts time in milliseconds since 1970.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

enum class EventType {
    Connect = POSTERN_CONNECT,
    Message = POSTERN_MESSAGE,
    Disconnect = POSTERN_DISCONNECT,
};

namespace detail {

inline std::string_view view(postern_text text)
{
    return text.data == nullptr ? std::string_view{} : std::string_view(text.data, text.size);
}

inline std::optional<std::string_view> optional_view(postern_text text)
{
    if (text.data == nullptr) return std::nullopt;
    return std::string_view(text.data, text.size);
}

/// Never a null pointer: NULL means "none" to some of the host's functions.
inline postern_text text(std::string_view view)
{
    return {view.data() == nullptr ? "" : view.data(), view.size()};
}

inline Time time(std::int64_t milliseconds)
{
    return Time(std::chrono::milliseconds(milliseconds));
}

inline char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline bool iequals(std::string_view a, std::string_view b)
{
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

}  // namespace detail

/// A header or a query parameter.
struct Pair {
    std::string_view name;
    std::string_view value;
};

/// Headers or query parameters in the client's order: `for (const auto [name, value] : event.headers())`.
class Pairs {
public:
    class Iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Pair;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = Pair;

        explicit Iterator(const postern_pair* at) : at_(at) {}
        Pair operator*() const { return {detail::view(at_->name), detail::view(at_->value)}; }
        Iterator& operator++()
        {
            ++at_;
            return *this;
        }
        Iterator operator++(int) { return Iterator(at_++); }
        bool operator==(const Iterator& other) const { return at_ == other.at_; }

    private:
        const postern_pair* at_;
    };

    Pairs(const postern_pair* first, std::size_t count) : first_(first), count_(count) {}

    Iterator begin() const { return Iterator(first_); }
    Iterator end() const { return Iterator(first_ + count_); }
    std::size_t size() const { return count_; }
    bool empty() const { return count_ == 0; }

private:
    const postern_pair* first_;
    std::size_t count_;
};

/// What happened, in AWS's words. A view: it and every text it gives are valid until the handler returns, so
/// copy what is to be kept. Thread: the one the handler runs on.
class Event {
public:
    Event(const postern_event& event, const postern_host& host) : event_(event), host_(host) {}
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    EventType event_type() const { return static_cast<EventType>(event_.event_type); }
    std::string_view api_id() const { return detail::view(event_.api_id); }
    std::string_view stage() const { return detail::view(event_.stage); }
    std::string_view route_key() const { return detail::view(event_.route_key); }
    std::string_view connection_id() const { return detail::view(event_.connection_id); }
    std::string_view domain_name() const { return detail::view(event_.domain_name); }
    std::string_view source_ip() const { return detail::view(event_.source_ip); }
    std::optional<std::string_view> user_agent() const { return detail::optional_view(event_.user_agent); }
    Time connected_at() const { return detail::time(event_.connected_at); }

    /// MESSAGE only: the message as it came, which need not be JSON.
    std::string_view body() const { return detail::view(event_.body); }
    bool is_binary() const { return event_.is_binary != 0; }

    /// CONNECT only. Of several values with one name the last counts, as in AWS's event; header names match
    /// in any case.
    Pairs headers() const { return {event_.headers, event_.header_count}; }
    std::optional<std::string_view> header(std::string_view name) const
    {
        std::optional<std::string_view> found;
        for (const Pair pair : headers())
            if (detail::iequals(pair.name, name)) found = pair.value;
        return found;
    }
    Pairs query() const { return {event_.query, event_.query_count}; }
    std::optional<std::string_view> query(std::string_view name) const
    {
        std::optional<std::string_view> found;
        for (const Pair pair : query())
            if (pair.name == name) found = pair.value;
        return found;
    }

    /// DISCONNECT only.
    int disconnect_status_code() const { return event_.disconnect_status_code; }
    std::string_view disconnect_reason() const { return detail::view(event_.disconnect_reason); }

    /// Made when asked for. json() is the event as a Lambda function would get it.
    std::string_view json() const { return detail::view(host_.event_json(host_.context, &event_)); }
    std::string_view request_id() const { return detail::view(host_.request_id(host_.context, &event_)); }
    std::string_view message_id() const { return detail::view(host_.message_id(host_.context, &event_)); }
    std::optional<std::string_view> stage_variable(std::string_view name) const
    {
        return detail::optional_view(host_.stage_variable(host_.context, &event_, detail::text(name)));
    }

private:
    const postern_event& event_;
    const postern_host& host_;
};

}  // namespace postern
