// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/admin.hpp"
#include "app/function_specs.hpp"
#include "app/listener_set.hpp"
#include "app/memory_watch.hpp"
#include "app/shard_group.hpp"
#include "config/settings.hpp"
#include "connections/directory.hpp"
#include "core/clock.hpp"
#include "core/line_writer.hpp"
#include "core/result.hpp"
#include "integrations/integration_set.hpp"
#include "integrations/lambda/function_host.hpp"
#include "integrations/plugin_host.hpp"
#include "management/connections_api.hpp"
#include "net/worker_pool.hpp"
#include "observability/health.hpp"
#include "observability/metrics.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::app {

/// The gateway, built: the one place that sees all folders. Construct, start(), and end with stop(); all on
/// one thread, the main one.
class Application {
public:
    /// Builds everything and binds the listeners; nothing is accepted before start().
    /// `lines` takes the stages' log lines and outlives the application.
    static Result<std::unique_ptr<Application>> create(const config::Settings& settings,
                                                       LineWriter& lines,
                                                       ActivatedSockets activated);
    ~Application();
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    void start(OperatorHooks hooks);

    /// "http://127.0.0.1:8081"; "" without an admin listener.
    std::string admin_url() const { return admin_ ? admin_->url() : ""; }

    /// Puts other settings into force while clients stay connected: all of them, or, on an error, none. The
    /// next event of every connection meets the new deployment.
    Result<void> reload(const config::Settings& settings);

    /// What the files of the functions in force are now. Touches the disk.
    std::map<std::string, integrations::lambda::CodeStamp> function_code() const
    {
        return integrations_.back()->functions().code();
    }

    /// How the last attempt to reload ended, for the operator; no reasons: it is in force.
    void note_reload(const std::vector<std::string>& reasons);

    /// In force.
    const config::Settings& settings() const { return settings_; }
    const ListenerSet& listeners() const { return *listeners_; }
    std::size_t connections_max() const { return budget_->sockets_max; }
    std::size_t shard_count() const { return shards_.size(); }

    /// What has to be looked at every now and then: certificates that have changed on disk are used for the
    /// next handshakes, plugins that nobody uses any more end.
    void poll();

    /// /metrics. Thread: any, while the gateway runs.
    std::string metrics_text() const;

    /// False when a shard is stuck, in a handler that blocks for instance.
    bool are_shards_answering();

    /// Whether every shard comes round, as far as is known; does not wait for them, but asks.
    bool beat() { return health_->is_answering(); }

    /// Clients' sockets, whatever has become of their handshakes.
    std::size_t socket_count() const { return budget_->sockets.load(std::memory_order_relaxed); }

    /// Accepts nobody any more and closes every connection with 1001, evenly over gateway.drainTime.
    void drain();

    /// What a drain still waits for, on all shards.
    struct Rest {
        std::size_t sockets = 0;
        std::size_t calls = 0;  ///< invocations without an answer, and those that wait for their turn
    };
    /// Nothing when a shard does not answer.
    std::optional<Rest> rest();

    /// Looks at the process's memory and sheds load when it nears gateway.limits.memory.
    void watch_memory();

    /// Ends the workers, the shards and the plugins. False when a handler of either does not return within
    /// `patience`: the process must then end without destroying anything.
    [[nodiscard]] bool stop(std::chrono::milliseconds patience);

private:
    /// A configuration that is complete and checked, but not in force; dropped, it leaves nothing behind.
    struct Prepared {
        std::shared_ptr<const integrations::IntegrationSet> integrations;
        std::shared_ptr<const management::Callers> callers;
        server::Configuration configuration;
        ListenerSet::Plan listeners;
    };

    Application(const config::Settings& settings, LineWriter& lines, ActivatedSockets activated);
    Result<Prepared> prepare(const config::Settings& settings);
    void commit(Prepared prepared, const config::Settings& settings);
    Result<void> open_admin();
    void renew_certificates(const std::vector<Renewal>& renewals);
    management::AdminStatus status() const;
    void publish();

    config::Settings settings_;
    LineWriter& lines_;
    SystemClock clock_;
    std::unique_ptr<observability::Metrics> metrics_;
    observability::ReloadCounts reload_counts_;
    std::unique_ptr<observability::Health> health_;
    api::ConnectionIdCodec codec_;
    connections::Directory directory_;
    integrations::PluginHost host_;
    SharedTokenBucket connect_rate_;
    std::unique_ptr<server::SocketBudget> budget_;
    server::NodeLoad load_;
    MemoryWatch memory_{load_.pressure};
    const api::sigv4::AccessKey function_credentials_;
    std::unique_ptr<integrations::lambda::FunctionHost> functions_;
    /// In force: the last one.
    std::vector<std::shared_ptr<const integrations::IntegrationSet>> integrations_;
    ShardGroup shards_;
    std::unique_ptr<net::WorkerPool> workers_;
    std::unique_ptr<ListenerSet> listeners_;
    std::shared_ptr<const management::Callers> callers_;
    EpochMillis started_at_;
    std::optional<management::LastReload> last_reload_;
    std::unique_ptr<Admin> admin_;
};

}  // namespace postern::app
