// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/ids.hpp"
#include "connections/registry.hpp"
#include "gateway/gateway.hpp"
#include "management/connections_api.hpp"
#include "net/shard.hpp"
#include "net/tcp.hpp"
#include "net/tls_context.hpp"
#include "server/drain_pace.hpp"
#include "server/node_load.hpp"
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
    std::atomic<std::size_t> sockets_max;
    std::atomic<std::size_t> sockets{0};
};

/// One listening socket of one shard; with SO_REUSEPORT the kernel spreads clients over the shards'.
struct Listener {
    Listener(boost::asio::io_context& io,
             std::size_t number,
             int fd,
             std::uint16_t listening_port,
             net::TlsOffer offer)
        : id(number),
          socket(io.get_executor(), fd),
          pause(io.get_executor()),
          port(listening_port),
          tls(std::move(offer))
    {}
    std::size_t id;  ///< the same on all shards
    boost::asio::posix::basic_stream_descriptor<net::Executor> socket;
    net::SteadyTimer pause;  ///< when nobody can be accepted
    std::uint16_t port;
    net::TlsOffer tls;  ///< replaced when the certificate is; sessions keep what they use
};

/// What a shard serves and how: replaced as a whole, at the start and at each reload.
struct Configuration {
    gateway::Stages::Deployments deployments;
    gateway::Stages::HostNames host_names;
    api::Limits limits;
    std::shared_ptr<const management::ConnectionsApi> connections_api;
    /// Functions that run here call @connections as long as there are connections, also during a drain.
    bool accepts_while_draining = false;
};

/// One shard's sockets: accepts, owns the sessions, and ends their turns. Touched by the shard's thread once
/// it has started.
class ShardServer {
public:
    /// `limits` are the shard's own, which its gateway reads as well; configure() writes them.
    ShardServer(net::Shard& shard,
                connections::Registry& registry,
                gateway::Gateway& gateway,
                const api::ConnectionIdCodec& codec,
                api::Limits& limits,
                SocketBudget& budget,
                NodeLoad& load);
    ~ShardServer();
    ShardServer(const ShardServer&) = delete;
    ShardServer& operator=(const ShardServer&) = delete;

    /// From now on this holds, for connected clients as well.
    void configure(const Configuration& configuration);

    /// Takes over a listening descriptor and accepts.
    void add_listener(std::size_t id, int fd, std::uint16_t port, net::TlsOffer tls);

    /// Who came in through it stays.
    void remove_listener(std::size_t id);

    /// What the listener offers to those who connect from now on.
    void replace_tls(std::size_t id, net::TlsOffer tls);

    /// The first half of a drain: requests that have begun are answered, new handshakes with 503, and no
    /// socket is accepted any more, unless functions need one (Configuration::accepts_while_draining).
    void admit_nobody();

    /// The second half, when no shard admits anybody: closes every connection with 1001 "Going away", evenly
    /// over `time`. Whoever comes back at once must not meet a shard that has not heard of the drain.
    void drain(std::chrono::milliseconds time);
    bool is_draining() const { return is_draining_; }

    /// A drain waits for them, and for the gateway's open calls.
    std::size_t open_sockets() const { return sessions_.size(); }

    net::Shard& shard() { return shard_; }
    connections::Registry& registry() { return registry_; }
    gateway::Gateway& gateway() { return gateway_; }
    observability::ShardCounts& counts() { return gateway_.counts(); }
    const management::ConnectionsApi& connections_api() const { return *connections_api_; }
    const api::ConnectionIdCodec& codec() const { return codec_; }
    const api::Limits& limits() const { return limits_; }
    const Rate& message_rate() const { return message_rate_; }
    AddressTable& addresses() { return load_.addresses; }
    Pressure pressure() const { return load_.pressure.get(); }

    /// Closes the slowest readers, those with the most unsent bytes first, until `bytes` are free or nobody
    /// has much left.
    void shed(std::size_t bytes);

    /// Calls resume_reading() of the connection at `address`, if it is still there, at `due` or a little
    /// later.
    void resume_at(SteadyMillis due, const api::ConnectionAddress& address);

    /// Calls session.on_turn_end() at the end of this turn, or of one soon after when very many ask. The
    /// session asks once at a time.
    void queue(Session& session) { turn_end_.push_back(&session); }

    /// Frees the session at the end of this turn, or of the one in which its turn to end comes.
    void bury(Session& session);

private:
    void accept(const std::shared_ptr<Listener>& listener);
    enum class Accepting { Done, More, Failing };
    Accepting accept_some(Listener& listener);
    bool admit(const Listener& listener, net::Accepted accepted);
    void turn_away(int fd, observability::Limit limit);
    std::vector<std::shared_ptr<Listener>>::iterator find(std::size_t id);
    void end_turn();
    void on_moment(std::uint64_t item);
    void close_next();
    void drain_step();
    void close_listeners();
    void end_idle();

    net::Shard& shard_;
    connections::Registry& registry_;
    gateway::Gateway& gateway_;
    std::shared_ptr<const management::ConnectionsApi> connections_api_;
    const api::ConnectionIdCodec& codec_;
    api::Limits& limits_;
    SocketBudget& budget_;
    NodeLoad& load_;
    Rate message_rate_;
    bool is_draining_ = false;
    bool accepts_while_draining_ = false;
    bool is_empty_ = false;  ///< of connections and calls, in a drain
    DrainPace drain_pace_;
    SteadyMillis drain_began_at_ = 0;
    std::size_t drain_closed_ = 0;  ///< connections that the drain has closed
    std::size_t drain_cursor_ = 0;  ///< where in sessions_ it goes on
    net::SteadyTimer drain_timer_;
    std::vector<std::shared_ptr<Listener>> listeners_;
    std::vector<std::unique_ptr<Session>> sessions_;
    std::vector<std::unique_ptr<Session>> graveyard_;
    std::vector<Session*> turn_end_;
    std::size_t turn_end_begin_ = 0;  ///< those before it have had their turn
    bool is_turn_posted_ = false;
};

}  // namespace postern::server
