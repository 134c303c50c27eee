// SPDX-License-Identifier: Apache-2.0
#include "app/application.hpp"

#include "app/builtin_handlers.hpp"
#include "app/data_directory.hpp"
#include "core/log.hpp"
#include "net/development_certificate.hpp"
#include "net/tcp.hpp"

#include <algorithm>
#include <future>
#include <thread>

namespace postern::app {

namespace {

constexpr std::uint16_t kNode = 0;             // one node until there are several
constexpr std::size_t kSpareDescriptors = 64;  // files, listeners, epoll sets, plugins' own
constexpr std::size_t kWorkerQueueMax = 4096;  // invocations of blocking handlers

api::ConnectionIdCodec::Key random_key()
{
    api::ConnectionIdCodec::Key key{};
    SystemRandom().fill(key);
    return key;
}

std::uint32_t random_generation()
{
    std::uint8_t bytes[3] = {};
    SystemRandom().fill(bytes);
    return static_cast<std::uint32_t>(bytes[0] << 16 | bytes[1] << 8 | bytes[2]);
}

std::size_t connections_max(const api::Limits& limits)
{
    const std::size_t descriptors = net::raise_descriptor_limit();
    const std::size_t fitting =
        descriptors > 2 * kSpareDescriptors ? descriptors - kSpareDescriptors : descriptors / 2;
    return limits.connections_max == 0 ? fitting : std::min(limits.connections_max, fitting);
}

}  // namespace

Application::Node::Node(std::size_t index, const Clock& clock, std::uint32_t first_generation)
    : shard(index, clock), registry(kNode, static_cast<std::uint8_t>(index), first_generation)
{}

Application::Application(const config::Settings& settings, ActivatedSockets activated)
    : settings_(settings),
      codec_(random_key()),
      directory_(codec_, kNode, settings_.limits.message_bytes_max),
      host_(directory_),
      connect_rate_(settings_.limits.new_connections_per_second, settings_.limits.new_connections_burst),
      budget_(std::make_unique<server::SocketBudget>(app::connections_max(settings_.limits))),
      activated_(std::move(activated))
{}

Application::~Application()
{
    static_cast<void>(stop(std::chrono::hours(24)));
}

Result<std::unique_ptr<Application>> Application::create(const config::Settings& settings,
                                                         ActivatedSockets activated)
{
    std::unique_ptr<Application> application(new Application(settings, std::move(activated)));
    const Result<void> built = application->build();
    if (!built) return built.error();
    return application;
}

Result<void> Application::build()
{
    const unsigned shards =
        settings_.shards > 0 ? settings_.shards : std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < shards; ++i) {
        nodes_.push_back(std::make_unique<Node>(i, clock_, random_generation()));
        directory_.add(nodes_.back()->shard, nodes_.back()->registry);
        pulse_.add(nodes_.back()->shard);
    }
    workers_ = std::make_unique<net::WorkerPool>(settings_.worker_threads, kWorkerQueueMax);

    const Result<void> managed = build_management();
    if (!managed) return managed.error();
    const Result<void> loaded = load_plugins();
    if (!loaded) return loaded.error();
    const Result<gateway::Stages::Deployments> deployments = compile();
    if (!deployments) return deployments.error();

    for (const auto& node : nodes_) {
        node->stages = std::make_unique<gateway::Stages>(*deployments, settings_.model.domain_names);
        node->gateway = std::make_unique<gateway::Gateway>(
            node->shard, node->registry, *node->stages, connect_rate_, *workers_, host_, settings_.limits);
        node->server = std::make_unique<server::ShardServer>(node->shard,
                                                             node->registry,
                                                             *node->gateway,
                                                             *connections_api_,
                                                             codec_,
                                                             settings_.limits,
                                                             *budget_);
        host_.add(node->shard, *node->gateway);
    }
    return listen();
}

Result<void> Application::build_management()
{
    management::CallerOptions options;
    options.admits_anybody = settings_.management_authorization == config::ManagementAuthorization::None;
    options.region = settings_.model.region;
    options.account_id = settings_.model.account_id;
    for (const config::AccessKeySettings& key : settings_.access_keys) {
        management::CallerKey caller;
        caller.key = {key.access_key_id, key.secret_access_key, key.session_token, key.user_arn};
        if (!key.policy.empty()) {
            auto policy = api::Policy::parse(key.policy);
            if (!policy) {
                return Error(ErrorKind::BadInput,
                             "the policy of access key " + key.access_key_id + ": " + policy.error().detail);
            }
            caller.policy = *std::move(policy);
        }
        options.keys.push_back(std::move(caller));
    }
    callers_ = std::make_unique<management::Callers>(std::move(options));
    connections_api_ = std::make_unique<management::ConnectionsApi>(directory_, *callers_, clock_);
    return {};
}

Result<void> Application::load_plugins()
{
    const postern_host table = host_.table();
    plugins_.push_back(register_builtin_handlers(table, handlers_));
    for (const auto& [name, plugin] : settings_.plugins) {
        auto loaded =
            integrations::PluginLibrary::load(name, plugin.library, plugin.settings, table, handlers_);
        if (!loaded) return loaded.error();
        log::info("plugin.loaded",
                  {{"name", name}, {"title", loaded->title()}, {"version", loaded->version()}});
        plugins_.push_back(*std::move(loaded));
    }
    return {};
}

Result<gateway::Stages::Deployments> Application::compile() const
{
    gateway::Stages::Deployments deployments;
    for (const auto& [api_id, api] : settings_.model.apis) {
        for (const auto& [name, stage] : api.stages) {
            auto compiled = gateway::Deployment::compile(api, stage, handlers_);
            if (!compiled) return compiled.error();
            deployments.push_back(*std::move(compiled));
        }
    }
    return deployments;
}

Result<void> Application::listen()
{
    for (const config::ListenerSettings& listener : settings_.listeners) {
        std::shared_ptr<net::TlsContext> tls;
        if (listener.tls != config::TlsKind::None) {
            auto opened = open_certificate(listener);
            if (!opened) return opened.error();
            tls = *std::move(opened);
        }
        const Result<net::ListeningSockets> sockets = open_sockets(listener);
        if (!sockets) return sockets.error();
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            nodes_[i]->server->add_listener(sockets->fds[i], sockets->port, tls);
        }
        endpoints_.push_back({listener.address, sockets->port, tls != nullptr});
    }
    if (const std::string nobodys = activated_.unclaimed(); !nobodys.empty()) {
        return Error(ErrorKind::BadInput,
                     "no listener in the configuration is for the activated socket " + nobodys);
    }
    return {};
}

Result<net::ListeningSockets> Application::open_sockets(const config::ListenerSettings& listener)
{
    auto claimed = activated_.claim(listener.address, listener.port, nodes_.size());
    if (!claimed) return claimed.error();
    if (*claimed) return **std::move(claimed);
    return net::listen_tcp(listener.address, listener.port, nodes_.size());
}

Result<std::shared_ptr<net::TlsContext>> Application::open_certificate(
    const config::ListenerSettings& listener)
{
    std::string certificate_file = listener.certificate_file;
    std::string private_key_file = listener.private_key_file;
    if (listener.tls == config::TlsKind::Development) {
        const std::string directory = data_directory(settings_.data_directory) + "/tls";
        const auto made =
            net::ensure_development_certificate(directory, clock_.wall(), {settings_.model.region});
        if (!made) return made.error();
        certificate_file = made->certificate_file;
        private_key_file = made->private_key_file;
        development_ca_ = made->ca_certificate_file;
    }
    auto watcher = net::CertificateWatcher::open(certificate_file, private_key_file, clock_.wall());
    if (!watcher) return watcher.error();
    certificates_.push_back({endpoints_.size(), *std::move(watcher)});
    return certificates_.back().watcher.context();
}

void Application::poll_certificates()
{
    for (WatchedCertificate& certificate : certificates_) {
        if (!certificate.watcher.poll(clock_.wall())) continue;
        log::info("certificate.reloaded", {{"port", endpoints_[certificate.listener].port}});
        for (const auto& node : nodes_) {
            node->shard.post([server = node->server.get(),
                              index = certificate.listener,
                              context = certificate.watcher.context()]() mutable {
                server->replace_certificate(index, std::move(context));
            });
        }
    }
}

void Application::start()
{
    for (const auto& node : nodes_) {
        node->server->start();
        node->shard.start();
    }
}

void Application::drain()
{
    for (const auto& node : nodes_) {
        node->shard.post([server = node->server.get()] { server->drain(); });
    }
}

bool Application::is_drained()
{
    return std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
        auto answer = std::make_shared<std::promise<bool>>();
        auto drained = answer->get_future();
        node->shard.post([server = node->server.get(), answer] { answer->set_value(server->is_drained()); });
        return drained.get();
    });
}

bool Application::stop(std::chrono::milliseconds patience)
{
    if (workers_ && !workers_->stop(patience)) return false;
    workers_.reset();
    for (const auto& node : nodes_) node->shard.stop();
    for (const auto& node : nodes_) node->shard.join();
    // Handlers may still call the host's functions until their plugin is destroyed.
    for (auto& plugin : plugins_) plugin.shutdown();
    plugins_.clear();
    for (const auto& node : nodes_) node->server.reset();
    return true;
}

}  // namespace postern::app
