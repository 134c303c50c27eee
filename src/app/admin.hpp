// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/settings.hpp"
#include "connections/directory.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "integrations/integration_set.hpp"
#include "management/admin_api.hpp"
#include "observability/health.hpp"
#include "server/admin_server.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace postern::app {

/// What the operator can ask the main thread for. Thread: any.
struct OperatorHooks {
    std::function<void(std::function<void(management::ReloadOutcome)>)> reload;
    std::function<void()> drain;
    std::string configuration;  ///< the file's name; "" for the built-in API
};

/// What the admin thread reads of the rest of the gateway, at any time. Functions: thread any.
struct AdminSources {
    const connections::Directory& directory;
    const Clock& clock;
    observability::Health& health;
    std::function<std::string()> metrics_text;              ///< Prometheus' text format
    std::function<std::vector<std::size_t>()> connections;  ///< admitted ones, by shard
};

/// The admin listener and what it tells. The main thread builds it, publishes what changes, and stops it
/// before the shards; it is destroyed after they have ended.
class Admin {
public:
    /// Binds; nothing is answered before start().
    static Result<std::unique_ptr<Admin>> open(const config::AdminSettings& settings, AdminSources sources);

    using Callers = std::shared_ptr<const management::Callers>;
    using Integrations = std::shared_ptr<const integrations::IntegrationSet>;

    /// From now on /status tells this (but for `connections`), these decide who may, and the Invoke API finds
    /// these functions.
    void publish(management::AdminStatus status, Callers callers, Integrations integrations);

    /// After the first publish().
    void start(OperatorHooks hooks);
    void stop();

    /// "http://127.0.0.1:8081"
    std::string url() const;

private:
    explicit Admin(AdminSources sources) : sources_(std::move(sources)) {}
    management::AdminHooks hooks();
    management::AdminStatus status() const;
    Callers callers() const;
    Integrations integrations() const;
    management::FunctionHooks function_hooks();

    AdminSources sources_;
    OperatorHooks operator_;
    mutable std::mutex mutex_;  ///< of what is published
    management::AdminStatus status_;
    Callers callers_;
    Integrations integrations_;
    std::string address_;
    std::unique_ptr<management::AdminApi> api_;
    std::unique_ptr<server::AdminServer> server_;
};

}  // namespace postern::app
