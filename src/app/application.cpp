// SPDX-License-Identifier: Apache-2.0
#include "app/application.hpp"

#include "app/assembly.hpp"
#include "app/descriptor_reserve.hpp"
#include "app/function_runtime.hpp"
#include "app/metrics_page.hpp"
#include "core/log.hpp"
#include "net/tcp.hpp"

#include <postern/version.hpp>

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>
#include <unistd.h>
#include <utility>

namespace postern::app {

namespace {

constexpr std::uint16_t kNode = 0;             // one node until there are several
constexpr std::size_t kWorkerQueueMax = 4096;  // invocations of blocking handlers

api::ConnectionIdCodec::Key random_key()
{
    api::ConnectionIdCodec::Key key{};
    SystemRandom().fill(key);
    return key;
}

std::size_t wanted_shards(const config::Settings& settings)
{
    constexpr std::size_t kMax = 1U + std::numeric_limits<decltype(api::ConnectionAddress::shard)>::max();
    const std::size_t cores = std::thread::hardware_concurrency();  // 0 when it is not known
    return settings.shards > 0 ? settings.shards : std::clamp<std::size_t>(cores, 1, kMax);
}

std::size_t connections_max(const config::Settings& settings, std::size_t shards)
{
    const std::size_t fitting =
        connections_fitting(net::raise_descriptor_limit(), reserved_descriptors(settings, shards));
    const std::size_t wanted = settings.limits.connections_max;
    return wanted == 0 ? fitting : std::min(wanted, fitting);
}

}  // namespace

Application::Application(const config::Settings& settings, LineWriter& lines, ActivatedSockets activated)
    : settings_(settings),
      lines_(lines),
      codec_(random_key()),
      directory_(codec_, kNode, settings_.limits.message_bytes_max),
      host_(directory_),
      budget_(std::make_unique<server::SocketBudget>(0)),
      function_credentials_(new_function_credentials(settings_.model.account_id)),
      functions_(make_function_host(lines_, clock_)),
      shards_(wanted_shards(settings_), clock_, kNode),
      started_at_(clock_.wall())
{
    metrics_ = std::make_unique<observability::Metrics>(shards_.size());
    workers_ = std::make_unique<net::WorkerPool>(settings_.worker_threads, kWorkerQueueMax);
    listeners_ = std::make_unique<ListenerSet>(clock_, shards_.size(), std::move(activated));
    std::vector<observability::Health::Ask> asks;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        ShardNode& node = shards_[i];
        node.gateway = std::make_unique<gateway::Gateway>(
            node.shard, node.registry, node.stages, connect_rate_, *workers_, host_, node.limits);
        node.server = std::make_unique<server::ShardServer>(
            node.shard, node.registry, *node.gateway, codec_, node.limits, *budget_, load_);
        directory_.add(node.shard, node.registry);
        host_.add(node.shard, *node.gateway);
        asks.emplace_back([&shard = node.shard](auto question) { shard.post(std::move(question)); });
    }
    health_ = std::make_unique<observability::Health>(clock_, std::move(asks));
}

Application::~Application()
{
    static_cast<void>(stop(std::chrono::hours(24)));
}

Result<std::unique_ptr<Application>> Application::create(const config::Settings& settings,
                                                         LineWriter& lines,
                                                         ActivatedSockets activated)
{
    std::unique_ptr<Application> application(new Application(settings, lines, std::move(activated)));
    const Result<void> opened = application->open_admin();  // functions are told where it is
    if (!opened) return opened.error();
    Result<Prepared> prepared = application->prepare(settings);
    if (!prepared) return prepared.error();
    application->commit(*std::move(prepared), settings);
    return application;
}

Result<void> Application::reload(const config::Settings& settings)
{
    const Result<void> possible = check_unchangeable(settings_, settings);
    if (!possible) return possible.error();
    Result<Prepared> prepared = prepare(settings);
    if (!prepared) return prepared.error();
    commit(*std::move(prepared), settings);
    if (!are_shards_answering()) {
        log::warn("reload.slow", {{"why", "a shard is busy; it follows when it is free"}});
    }
    return {};
}

/// Whatever can fail.
Result<Application::Prepared> Application::prepare(const config::Settings& settings)
{
    Prepared prepared;
    auto listeners = listeners_->plan(settings);
    if (!listeners) return listeners.error();
    prepared.listeners = *std::move(listeners);

    const auto surroundings = function_surroundings(
        ListenerSet::endpoints_of(prepared.listeners.listeners), admin_url(), function_credentials_);
    if (!surroundings) return surroundings.error();
    auto integrations =
        integrations::IntegrationSet::load(plugin_specs(settings),
                                           function_specs(settings, *surroundings),
                                           {host_, *functions_},
                                           integrations_.empty() ? nullptr : integrations_.back().get());
    if (!integrations) return integrations.error();
    prepared.integrations = *std::move(integrations);

    auto deployments = compile_stages(settings.model,
                                      {prepared.integrations, &prepared.integrations->handlers()},
                                      {lines_, settings.log_group_directory},
                                      *metrics_);
    if (!deployments) return deployments.error();
    auto callers = callers_of(settings, function_credentials_);
    if (!callers) return callers.error();
    prepared.configuration = {
        *std::move(deployments),
        {settings.model.domain_names, settings.model.region, callback_ports(settings, *surroundings)},
        settings.limits,
        std::make_shared<const management::ConnectionsApi>(
            directory_,
            *callers,
            clock_,
            settings.extensions ? management::Extensions::On : management::Extensions::Off),
        any_runs_here(settings)};
    prepared.callers = *std::move(callers);
    return prepared;
}

/// Nothing here can fail.
void Application::commit(Prepared prepared, const config::Settings& settings)
{
    settings_ = settings;
    reload_counts_.generation.add(1);
    reload_counts_.last_success_ms.set(clock_.wall());
    callers_ = std::move(prepared.callers);
    integrations_.push_back(std::move(prepared.integrations));
    connect_rate_.set(
        Rate(settings.limits.new_connections_per_second, settings.limits.new_connections_burst));
    load_.addresses.configure(settings.limits);
    budget_->sockets_max = app::connections_max(settings, shards_.size());
    directory_.set_message_bytes_max(settings.limits.message_bytes_max);

    const auto configuration =
        std::make_shared<const server::Configuration>(std::move(prepared.configuration));
    std::vector<ListenerChange> changes = listeners_->adopt(std::move(prepared.listeners));
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        ShardNode& node = shards_[i];
        node.shard.post(
            [server = node.server.get(), configuration, change = std::move(changes[i])]() mutable {
                server->configure(*configuration);
                change.apply(*server);
            });
    }
    publish();
}

Result<void> Application::open_admin()
{
    if (!settings_.admin.is_on) return {};
    const auto connections = [this] {
        std::vector<std::size_t> counts;
        for (std::size_t i = 0; i < shards_.size(); ++i) counts.push_back(shards_[i].registry.admitted());
        return counts;
    };
    auto opened = Admin::open(settings_.admin,
                              {directory_, clock_, *health_, [this] { return metrics_text(); }, connections});
    if (!opened) return opened.error();
    admin_ = *std::move(opened);
    return {};
}

void Application::note_reload(const std::vector<std::string>& reasons)
{
    (reasons.empty() ? reload_counts_.succeeded : reload_counts_.failed).add();
    last_reload_ = management::LastReload{clock_.wall(), {reasons.empty(), reasons}};
    publish();
}

management::AdminStatus Application::status() const
{
    management::AdminStatus status;
    status.version = POSTERN_VERSION;
    status.pid = ::getpid();
    status.started_at = started_at_;
    status.generation = static_cast<std::uint64_t>(reload_counts_.generation.value());
    status.last_reload = last_reload_;
    for (const auto& [api_id, api] : settings_.model.apis) {
        management::ApiStatus& entry = status.apis.emplace_back();
        entry.api_id = api_id;
        for (const auto& [name, stage] : api.stages) entry.stages.push_back(name);
    }
    for (const Endpoint& endpoint : listeners_->endpoints()) {
        status.listeners.push_back({endpoint.address, endpoint.port, endpoint.is_tls});
    }
    status.connections_max = connections_max();
    return status;
}

void Application::publish()
{
    if (admin_) admin_->publish(status(), callers_, integrations_.back());
}

void Application::poll()
{
    const std::vector<Renewal> renewals = listeners_->poll_certificates();
    if (!renewals.empty()) renew_certificates(renewals);
    static_cast<void>(health_->live());  // asks the shards, so that the next who asks knows
    // What only we hold is used by no deployment, no call and no worker: its plugins and functions end here,
    // on the main thread, unless the current set shares them.
    std::erase_if(integrations_,
                  [&](const auto& set) { return set != integrations_.back() && set.use_count() == 1; });
}

/// Told of by the last shard: from then on nobody gets the old certificate.
void Application::renew_certificates(const std::vector<Renewal>& renewals)
{
    const auto shards_left = std::make_shared<std::atomic<std::size_t>>(shards_.size());
    shards_.post([renewals, shards_left](ShardNode& node) {
        for (const Renewal& renewal : renewals) node.server->replace_tls(renewal.id, renewal.tls);
        if (--*shards_left > 0) return;
        for (const Renewal& renewal : renewals) log::info("certificate.reloaded", {{"port", renewal.port}});
    });
}

std::string Application::metrics_text() const
{
    MetricsSources sources;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        const ShardNode& node = shards_[i];
        sources.shards.push_back({&node.shard.stats(), node.gateway.get()});
    }
    sources.metrics = metrics_.get();
    sources.reloads = &reload_counts_;
    sources.health = health_.get();
    sources.lines = &lines_;
    sources.workers = workers_.get();
    sources.sockets = budget_.get();
    sources.functions = functions_.get();
    return metrics_page(sources);
}

}  // namespace postern::app
