// SPDX-License-Identifier: Apache-2.0
#include "app/application.hpp"

/// From the start to the end, of what application.cpp builds and exchanges.
namespace postern::app {

namespace {

/// For a shard to come to what it is asked; one that hangs is not waited for any longer.
constexpr std::chrono::seconds kShardPatience{5};

}  // namespace

void Application::start(OperatorHooks hooks)
{
    functions_->start();
    shards_.start();
    health_->set_serving();
    if (admin_) admin_->start(std::move(hooks));
}

bool Application::are_shards_answering()
{
    return shards_.ask([](ShardNode&) { return 0; }, kShardPatience).has_value();
}

void Application::drain()
{
    health_->set_draining();
    const auto admit_nobody = [](ShardNode& node) {
        node.server->admit_nobody();
        return 0;
    };
    shards_.ask(admit_nobody, kShardPatience);
    shards_.post([time = settings_.drain_time](ShardNode& node) { node.server->drain(time); });
}

std::optional<Application::Rest> Application::rest()
{
    const auto rest_of = [](ShardNode& node) {
        return Rest{node.server->open_sockets(), node.gateway->open_calls()};
    };
    const auto rests = shards_.ask(rest_of, kShardPatience);
    if (!rests) return std::nullopt;
    Rest all;
    for (const Rest& rest : *rests) {
        all.sockets += rest.sockets;
        all.calls += rest.calls;
    }
    return all;
}

void Application::watch_memory()
{
    const std::size_t excess = memory_.poll(settings_.limits.memory_bytes_max);
    if (excess == 0) return;
    shards_.post([share = excess / shards_.size() + 1](ShardNode& node) { node.server->shed(share); });
}

bool Application::stop(std::chrono::milliseconds patience)
{
    if (workers_ && !workers_->stop(patience)) return false;
    if (admin_) admin_->stop();
    if (!shards_.stop(patience)) return false;
    functions_->stop();  // nobody invokes any more; what is answered now finds no shard
    workers_.reset();    // refuses everything since it was stopped, but the shards have asked it until now
    // Handlers may still call the host's functions until their plugin is destroyed.
    for (const auto& set : integrations_) set->shutdown();
    shards_.end_servers();
    return true;
}

}  // namespace postern::app
