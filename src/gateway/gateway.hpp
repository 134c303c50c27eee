// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/gateway_error.hpp"
#include "api/limits.hpp"
#include "connections/registry.hpp"
#include "core/token_bucket.hpp"
#include "gateway/calls.hpp"
#include "gateway/record.hpp"
#include "gateway/stages.hpp"
#include "integrations/plugin_host.hpp"
#include "net/shard.hpp"
#include "net/worker_pool.hpp"
#include "observability/counts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::gateway {

/// A client that asks to be let in. The strings are the session's and outlive the call that is made with
/// them.
struct ConnectRequest {
    const connections::ConnectionInfo* connection = nullptr;
    StageSlot* stage = nullptr;
    api::Headers headers;  ///< the client's, in its order and casing
    std::vector<api::QueryParameter> query;
    std::uint16_t port = 0;  ///< the listener's: X-Forwarded-Port
    bool is_tls = false;
};

/// Who asked, and is told the verdict once, on the shard's thread; perhaps before connect() returns.
class ConnectWaiter {
public:
    /// `protocol` is what $connect answered as Sec-WebSocket-Protocol, or empty.
    virtual void on_admitted(std::string_view protocol) = 0;
    virtual void on_refused(const api::HttpReply& reply) = 0;

    /// The verdict takes longer: too many others are being asked about. Until it comes, Gateway::abandon()
    /// ends the wait.
    virtual void on_queued() = 0;

protected:
    ~ConnectWaiter() = default;
};

/// The use-cases: connect, message, disconnect, each in a file of its own that reads top to bottom. One
/// gateway for each shard, touched by its thread only.
class Gateway final : public integrations::CallHome {
public:
    /// What a moment of the shard's wheel is for when no call is meant.
    static constexpr std::uint64_t kConnectQueueMoment = Calls::kNoCall | 0x7FFF'FFFFU;

    Gateway(net::Shard& shard,
            connections::Registry& registry,
            Stages& stages,
            SharedTokenBucket& connect_rate,
            net::WorkerPool& workers,
            const integrations::PluginHost& host,
            const api::Limits& limits);

    Stages& stages() { return stages_; }

    /// From now on these are served and no others. Connections of a stage that is gone are closed with 1001,
    /// as if the gateway went away, and get their $disconnect; all others stay and meet the new deployment
    /// with their next event.
    void deploy(const Stages::Deployments& deployments, const Stages::HostNames& names);

    /// throttle → $connect integration → admitted or refused (spec data-plane 1).
    void connect(const ConnectRequest& request, ConnectWaiter& waiter);

    /// The waiter, who asked `stage`, has gone. True: it was queued, nobody has been asked and there will be
    /// no verdict; false: $connect is being asked, and the verdict comes.
    static bool abandon(StageSlot& stage, const ConnectWaiter& waiter)
    {
        return stage.connects.remove(waiter);
    }

    /// Whoever is queued is refused: the node stops.
    void refuse_queued();

    /// 429 for a handshake that is over `limit`; nobody is asked.
    void throttle(const ConnectRequest& request, ConnectWaiter& waiter, observability::Limit limit);

    /// deployment → route → integration → route response (spec data-plane 3 and 4). `stage` is the
    /// connection's.
    void on_message(connections::Connection& connection,
                    StageSlot& stage,
                    std::string_view message,
                    bool is_binary);

    /// $disconnect, whoever ended the connection (spec data-plane 5); its result is ignored. Asked now, or
    /// when others have answered (limits.concurrentDisconnects).
    void on_disconnect(const connections::ConnectionInfo& connection,
                       StageSlot& stage,
                       std::uint16_t code,
                       std::string_view reason);

    /// Whether the stage writes down the @connections calls that name it.
    static bool logs_api_calls(const StageSlot& stage);

    /// The call has been answered with `reply`.
    void on_api_call(const ApiCallRecord& call, const api::HttpReply& reply);

    /// Invocations without an answer yet. Thread: any, as for the next three.
    std::size_t unanswered_calls() const { return calls_.open_count(); }
    std::size_t queued_connects() const
    {
        return static_cast<std::size_t>(stages_.depths().connects.value());
    }
    std::size_t queued_disconnects() const
    {
        return static_cast<std::size_t>(stages_.depths().disconnects.value());
    }
    /// All three: a drain waits for them.
    std::size_t open_calls() const { return unanswered_calls() + queued_connects() + queued_disconnects(); }

    /// What this shard counts whatever the stage. Written by the shard, read by any thread.
    observability::ShardCounts& counts() { return counts_; }

    void on_reply(std::uint64_t call, const integrations::InvokeReply& reply) override;
    void on_failure(std::uint64_t call, const integrations::InvokeFailure& failure) override;

    /// The time of a call, or of who is queued, is over.
    void on_deadline(std::uint64_t moment);

private:
    using DeploymentPtr = std::shared_ptr<const Deployment>;
    Call& open(api::EventType type,
               const Deployment& deployment,
               const Route& route,
               const connections::ConnectionInfo& connection);
    void invoke(Call& call, const integrations::EventParts& parts, const DeploymentPtr& deployment);
    void invoke_blocking(Call& call, const integrations::EventParts& parts, const DeploymentPtr& deployment);
    void await(Call& call, const DeploymentPtr& deployment);
    void fail(Call& call, api::Refusal refusal, std::string_view why);
    void say_why(Call& call, std::string_view why);
    void finish(Call& call);
    std::string_view request_id(Call& call);
    void free_place(const Call& call);
    void resume_waiting(StageSlot& stage);

    void start_connect(const ConnectRequest& request, ConnectWaiter& waiter);
    void queue_connect(const ConnectRequest& request, ConnectWaiter& waiter);
    void refuse_connect(const ConnectRequest& request, ConnectWaiter& waiter, std::string_view why);
    void arm_connect_queue(SteadyMillis due);
    void on_connect_queue_due();
    void start_disconnect(StageSlot& stage,
                          const integrations::EventParts& parts,
                          const DeploymentPtr& deployment);

    // record.cpp: how events end
    void record(const EventRecord& event);
    void record_unasked(const ConnectRequest& request,
                        integrations::EventIds& ids,
                        int status,
                        std::optional<api::Refusal> refusal = std::nullopt,
                        std::string_view why = {});
    void record(Call& call,
                int status,
                std::optional<api::Refusal> refusal = std::nullopt,
                std::string_view why = {});

    // logs.cpp: what the stage's logs say about them
    void keep_for_logs(Call& call, const connections::ConnectionInfo& connection);
    void log_begin(Call& call, const integrations::EventParts& parts);
    void log_answer(Call& call,
                    const integrations::InvocationNote& note,
                    const integrations::InvokeReply* reply);
    void log_end(const EventRecord& event);

    void answer_connect(Call& call, const integrations::InvokeReply& reply);
    void answer_message(Call& call, const integrations::InvokeReply& reply);
    void send_error(connections::Connection& connection, api::Refusal refusal, std::string_view request_id);

    net::Shard& shard_;
    connections::Registry& registry_;
    Stages& stages_;
    SharedTokenBucket& connect_rate_;  ///< the node's handshakes (spec data-plane 6: 500/s)
    net::WorkerPool& workers_;
    const integrations::PluginHost& host_;
    const api::Limits& limits_;
    Calls calls_;
    observability::ShardCounts counts_;
    DeploymentPtr admitting_;  ///< whose $connect has let somebody in who is just being told
    net::TimerWheel::Id connect_queue_deadline_ = net::TimerWheel::kNone;  ///< one for all stages
    api::SelectionScratch scratch_;
    std::string lines_;  ///< for the logs: empty between two uses
};

}  // namespace postern::gateway
