// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/counter.hpp"
#include "gateway/deployment.hpp"
#include "integrations/event_scope.hpp"
#include "integrations/plugin_host.hpp"
#include "net/timer_wheel.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace postern::gateway {

class ConnectWaiter;
struct StageSlot;

/// What the lines about a call's end tell, beside the call itself; kept only for stages that have logs.
struct LoggedCall {
    connections::ConnectionInfo client;  ///< a copy: it may be gone by then
    std::uint16_t close_code = 0;        ///< of a Disconnect, like the reason
    std::string close_reason;
    integrations::InvocationNote note;  ///< of the answer
};

/// One invocation, until it is over. Its number is what a handler's token names, until it is answered.
struct Call {
    std::uint32_t index = 0;
    std::uint32_t generation = 0;
    bool is_open = false;  ///< an answer is still wanted: not yet settled
    bool is_held = false;  ///< its connection counts it as in flight
    api::EventType type = api::EventType::Message;
    api::ConnectionAddress address;   ///< of a Message: looked up again when the answer comes
    ConnectWaiter* waiter = nullptr;  ///< of a Connect
    StageSlot* stage = nullptr;       ///< of a Connect or Disconnect: whose place it has
    const Deployment* serving = nullptr;
    const Route* route = nullptr;
    std::shared_ptr<const Deployment> deployment;  ///< keeps both while the answer is awaited
    SteadyMillis invoked_at = 0;
    bool is_logged = false;
    std::unique_ptr<LoggedCall> logged;  ///< when is_logged; stays with the slot, for the next call
    api::ConnectionId connection_id;
    integrations::EventIds ids;
    net::TimerWheel::Id deadline = net::TimerWheel::kNone;

    std::uint64_t number() const { return static_cast<std::uint64_t>(generation) << 32 | index; }
};

/// All open calls of a shard. Slots are reused and never move; nothing is allocated after warm-up.
class Calls {
public:
    /// No call has an index with this bit, so that numbers with it can name other things that a deadline may
    /// be for.
    static constexpr std::uint64_t kNoCall = 0x8000'0000U;

    Call& open(api::EventType type, const Route& route)
    {
        if (free_.empty()) {
            free_.push_back(static_cast<std::uint32_t>(slots_.size()));
            slots_.emplace_back().index = free_.back();
        }
        Call& call = slots_[free_.back()];
        free_.pop_back();
        call.is_open = true;
        call.is_held = false;
        call.is_logged = false;
        call.type = type;
        call.route = &route;
        call.waiter = nullptr;
        call.ids.is_made = false;
        open_.add(1);
        return call;
    }

    /// The call that a token names; null when it has been answered or has timed out.
    Call* find(std::uint64_t number)
    {
        const std::uint64_t index = number & 0xFFFFFFFFU;
        if (index >= slots_.size()) return nullptr;
        Call& call = slots_[index];
        return call.is_open && call.number() == number ? &call : nullptr;
    }

    /// It has its answer, or its failure, and will be closed. Comes before whatever that answer sets off: a
    /// send may end the connection, whose $disconnect handler may answer this very call on the same stack.
    static void settle(Call& call) { call.is_open = false; }

    void close(Call& call)
    {
        settle(call);
        call.deployment.reset();
        ++call.generation;
        free_.push_back(call.index);
        open_.add(-1);
    }

    /// Thread: any.
    std::size_t open_count() const { return static_cast<std::size_t>(open_.value()); }

private:
    std::deque<Call> slots_;
    std::vector<std::uint32_t> free_;
    Gauge open_;
};

}  // namespace postern::gateway
