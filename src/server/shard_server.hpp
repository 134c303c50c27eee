// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/ids.hpp"
#include "connections/registry.hpp"
#include "gateway/gateway.hpp"
#include "management/connections_api.hpp"
#include "net/shard.hpp"
#include "net/tls_context.hpp"
#include "server/session.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace postern::server {

/// What the sockets of all shards count together. Thread: any.
struct SocketBudget {
    explicit SocketBudget(std::size_t max) : sockets_max(max) {}
    std::size_t sockets_max;
    std::atomic<std::size_t> sockets{0};
};

/// One listening socket of one shard; with SO_REUSEPORT the kernel spreads clients over the shards'.
struct Listener {
    Listener(boost::asio::io_context& io,
             int fd,
             std::uint16_t listening_port,
             std::shared_ptr<net::TlsContext> context)
        : socket(io.get_executor(), fd), port(listening_port), tls(std::move(context))
    {}
    boost::asio::posix::basic_stream_descriptor<net::Executor> socket;
    std::uint16_t port;
    std::shared_ptr<net::TlsContext>
        tls;  ///< null: plain. Replaced when the certificate is; sessions keep what they use
};

/// One shard's sockets: accepts, owns the sessions, and ends their turns. Touched by the shard's thread once
/// it has started.
class ShardServer {
public:
    ShardServer(net::Shard& shard,
                connections::Registry& registry,
                gateway::Gateway& gateway,
                const management::ConnectionsApi& connections_api,
                const api::ConnectionIdCodec& codec,
                const api::Limits& limits,
                SocketBudget& budget);
    ~ShardServer();
    ShardServer(const ShardServer&) = delete;
    ShardServer& operator=(const ShardServer&) = delete;

    /// Takes over a listening descriptor. Before the shard starts.
    void add_listener(int fd, std::uint16_t port, std::shared_ptr<net::TlsContext> tls);
    void start();

    /// The listener's next handshakes use `tls`.
    void replace_certificate(std::size_t listener, std::shared_ptr<net::TlsContext> tls);

    /// Accepts nobody any more; closes every connection with 1001 "Going away".
    void drain();
    bool is_draining() const { return is_draining_; }

    /// Nothing is left: no socket, no invocation without an answer.
    bool is_drained() const { return sessions_.empty() && gateway_.open_calls() == 0; }

    net::Shard& shard() { return shard_; }
    connections::Registry& registry() { return registry_; }
    gateway::Gateway& gateway() { return gateway_; }
    observability::ShardCounts& counts() { return gateway_.counts(); }
    const management::ConnectionsApi& connections_api() const { return connections_api_; }
    const api::ConnectionIdCodec& codec() const { return codec_; }
    const api::Limits& limits() const { return limits_; }

    /// Calls session.on_turn_end() at the end of this turn. The session asks once at a time.
    void queue(Session& session) { turn_end_.push_back(&session); }

    /// Frees the session at the end of this turn.
    void bury(Session& session);

private:
    void accept(Listener& listener);
    void accept_all(Listener& listener);
    void end_turn();

    net::Shard& shard_;
    connections::Registry& registry_;
    gateway::Gateway& gateway_;
    const management::ConnectionsApi& connections_api_;
    const api::ConnectionIdCodec& codec_;
    const api::Limits& limits_;
    SocketBudget& budget_;
    bool is_draining_ = false;
    SteadyMillis refused_logged_at_ = 0;
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::vector<std::unique_ptr<Session>> sessions_;
    std::vector<std::unique_ptr<Session>> graveyard_;
    std::vector<Session*> turn_end_;
};

}  // namespace postern::server
