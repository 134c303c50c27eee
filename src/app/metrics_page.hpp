// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/line_writer.hpp"
#include "gateway/gateway.hpp"
#include "integrations/lambda/function_host.hpp"
#include "net/shard_stats.hpp"
#include "net/worker_pool.hpp"
#include "observability/health.hpp"
#include "observability/metrics.hpp"
#include "server/shard_server.hpp"

#include <string>
#include <vector>

namespace postern::app {

/// Where the figures stand that /metrics shows.
struct MetricsSources {
    struct Shard {
        const net::ShardStats* stats = nullptr;
        gateway::Gateway* gateway = nullptr;
    };
    std::vector<Shard> shards;
    const observability::Metrics* metrics = nullptr;
    const observability::ReloadCounts* reloads = nullptr;
    const observability::Health* health = nullptr;
    const LineWriter* lines = nullptr;
    const net::WorkerPool* workers = nullptr;
    const server::SocketBudget* sockets = nullptr;
    const integrations::lambda::FunctionHost* functions = nullptr;
};

/// All metrics in Prometheus' text format. Reads what shards write without stopping them. Thread: any.
std::string metrics_page(const MetricsSources& sources);

}  // namespace postern::app
