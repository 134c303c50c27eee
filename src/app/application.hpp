// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/activated_sockets.hpp"
#include "app/shard_pulse.hpp"
#include "config/settings.hpp"
#include "connections/directory.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "gateway/gateway.hpp"
#include "integrations/handler_registry.hpp"
#include "integrations/plugin_host.hpp"
#include "integrations/plugin_library.hpp"
#include "management/callers.hpp"
#include "management/connections_api.hpp"
#include "net/shard.hpp"
#include "net/tls_context.hpp"
#include "net/worker_pool.hpp"
#include "server/shard_server.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace postern::app {

/// A listener as it turned out.
struct Endpoint {
    std::string address;  ///< "" is any
    std::uint16_t port = 0;
    bool is_tls = false;
};

/// The gateway, built: the one place that sees all folders. Construct, start(), and end with stop(); all on
/// one thread, the main one.
class Application {
public:
    /// Builds everything and binds the listeners; nothing is accepted before start().
    static Result<std::unique_ptr<Application>> create(const config::Settings& settings,
                                                       ActivatedSockets activated);
    ~Application();
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    void start();

    const std::vector<Endpoint>& endpoints() const { return endpoints_; }
    std::size_t connections_max() const { return budget_->sockets_max; }
    std::size_t shard_count() const { return nodes_.size(); }

    /// Clients' sockets, whatever has become of their handshakes.
    std::size_t socket_count() const { return budget_->sockets.load(std::memory_order_relaxed); }

    /// False while a shard has not come round since an earlier call.
    bool do_shards_answer() { return pulse_.beat(); }

    /// The development CA that clients may trust; empty without a development listener.
    const std::string& development_ca() const { return development_ca_; }

    /// Certificates that have changed on disk are used for the next handshakes.
    void poll_certificates();

    /// Accepts nobody any more and closes every connection with 1001.
    void drain();
    bool is_drained();

    /// Ends the workers, the shards and the plugins. False when a blocking handler does not return within
    /// `patience`: the process must then end without destroying anything.
    [[nodiscard]] bool stop(std::chrono::milliseconds patience);

private:
    Application(const config::Settings& settings, ActivatedSockets activated);
    Result<void> build();
    Result<void> build_management();
    Result<void> load_plugins();
    Result<gateway::Stages::Deployments> compile() const;
    Result<void> listen();
    Result<net::ListeningSockets> open_sockets(const config::ListenerSettings& listener);
    Result<std::shared_ptr<net::TlsContext>> open_certificate(const config::ListenerSettings& listener);

    /// One shard and what it owns, in the order of construction.
    struct Node {
        Node(std::size_t index, const Clock& clock, std::uint32_t first_generation);
        net::Shard shard;
        connections::Registry registry;
        std::unique_ptr<gateway::Stages> stages;
        std::unique_ptr<gateway::Gateway> gateway;
        std::unique_ptr<server::ShardServer> server;
    };
    struct WatchedCertificate {
        std::size_t listener = 0;
        net::CertificateWatcher watcher;
    };

    config::Settings settings_;
    SystemClock clock_;
    api::ConnectionIdCodec codec_;
    connections::Directory directory_;
    std::unique_ptr<management::Callers> callers_;
    std::unique_ptr<management::ConnectionsApi> connections_api_;
    integrations::PluginHost host_;
    integrations::HandlerRegistry handlers_;
    gateway::ConnectRate connect_rate_;
    std::unique_ptr<server::SocketBudget> budget_;
    ActivatedSockets activated_;
    ShardPulse pulse_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<integrations::PluginLibrary> plugins_;
    std::unique_ptr<net::WorkerPool> workers_;
    std::vector<WatchedCertificate> certificates_;
    std::vector<Endpoint> endpoints_;
    std::string development_ca_;
};

}  // namespace postern::app
