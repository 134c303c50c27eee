// SPDX-License-Identifier: Apache-2.0
// When a session's time is up: handshakes, silence, age, pings, closes.
#include "server/session.hpp"
#include "server/session_handshake.hpp"
#include "server/shard_server.hpp"

#include <algorithm>

namespace postern::server {

/// From now; 0 is none.
void Session::set_timeout(std::chrono::milliseconds timeout)
{
    if (timeout.count() > 0) return set_deadline(server_.shard().now() + timeout.count());
    server_.shard().seconds().cancel(deadline_);
}

void Session::set_deadline(SteadyMillis due)
{
    server_.shard().seconds().cancel(deadline_);
    deadline_ = server_.shard().seconds().set(due, reinterpret_cast<std::uint64_t>(this));
}

SteadyMillis Session::next_due() const
{
    const api::Limits& limits = server_.limits();
    SteadyMillis due = server_.shard().now() + 3'600'000;
    if (limits.idle_timeout.count() > 0) due = std::min(due, active_at_ + limits.idle_timeout.count());
    if (limits.max_duration.count() > 0) due = std::min(due, admitted_at_ + limits.max_duration.count());
    if (limits.ping_interval.count() > 0) {
        due = std::min(due, (pinged_at_ > 0 ? pinged_at_ : heard_at_) + limits.ping_interval.count());
    }
    return due;
}

void Session::meet_deadline()
{
    const SteadyMillis now = server_.shard().now();
    const api::Limits& limits = server_.limits();
    switch (state_) {
        case State::Request:
            // Silence between requests, or a TLS handshake that does not end, is no request to answer.
            if (received_.empty() && !handshake_->reader.is_reading()) return die();
            server_.counts().hit(observability::Limit::HandshakeTimeout);
            if (!channel_.is_handshake_done()) return die();
            return answer(api::request_timeout(server_.shard().clock().wall()));
        case State::Open: {
            const bool is_idle =
                limits.idle_timeout.count() > 0 && now >= active_at_ + limits.idle_timeout.count();
            const bool is_old =
                limits.max_duration.count() > 0 && now >= admitted_at_ + limits.max_duration.count();
            if (is_idle || is_old) {
                server_.counts().hit(is_old ? observability::Limit::MaxDuration
                                            : observability::Limit::IdleTimeout);
                return close(api::kGoingAway.code, api::kGoingAway.text);
            }
            if (limits.ping_interval.count() > 0) {
                // Who is not read is not silent, nor is who has yet to read what was sent before the ping.
                if (is_held() || !channel_.wants_read()) heard_at_ = now;
                if (heard_at_ >= pinged_at_) pinged_at_ = 0;  // heard since
                if (pinged_at_ > 0 && now >= pinged_at_ + limits.ping_interval.count()) {
                    server_.counts().hit(observability::Limit::PingTimeout);
                    return lost();
                }
                if (pinged_at_ == 0 && now >= heard_at_ + limits.ping_interval.count()) {
                    pinged_at_ = now;
                    append(net::ws::Opcode::Ping, {});
                }
            }
            return set_deadline(next_due());
        }
        case State::Closing:
            return die();
        default:
            return;
    }
}

}  // namespace postern::server
