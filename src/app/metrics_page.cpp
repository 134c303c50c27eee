// SPDX-License-Identifier: Apache-2.0
#include "app/metrics_page.hpp"

#include "observability/process_stats.hpp"
#include "observability/prometheus_text.hpp"

#include <postern/version.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace postern::app {

namespace {

using observability::metric;
using observability::PrometheusText;
using Shards = std::vector<MetricsSources::Shard>;

/// One sample for each shard.
template <class Value>
void by_shard(PrometheusText& text, const observability::Metric& metric, const Shards& shards, Value value)
{
    text.begin(metric);
    for (std::size_t i = 0; i < shards.size(); ++i) text.sample({std::to_string(i)}, value(shards[i]));
}

template <class Value>
std::uint64_t sum(const Shards& shards, Value value)
{
    std::uint64_t total = 0;
    for (const MetricsSources::Shard& shard : shards) total += value(shard);
    return total;
}

void write_shards(PrometheusText& text, const Shards& shards)
{
    by_shard(text, metric("postern_received_bytes_total"), shards, [](const auto& shard) {
        return shard.stats->received_bytes.value();
    });
    by_shard(text, metric("postern_sent_bytes_total"), shards, [](const auto& shard) {
        return shard.stats->sent_bytes.value();
    });
    by_shard(text, metric("postern_outbox_bytes"), shards, [](const auto& shard) {
        return shard.stats->outbox_bytes.value();
    });
    by_shard(text, metric("postern_shard_loop_lag_seconds"), shards, [](const auto& shard) {
        HistogramSnapshot lag;
        shard.stats->loop_lag.add_to(lag);
        return lag;
    });
    by_shard(text, metric("postern_calls_open"), shards, [](const auto& shard) {
        return std::uint64_t{shard.gateway->unanswered_calls()};
    });
    by_shard(text, metric("postern_connects_queued"), shards, [](const auto& shard) {
        return std::uint64_t{shard.gateway->queued_connects()};
    });
    by_shard(text, metric("postern_disconnects_queued"), shards, [](const auto& shard) {
        return std::uint64_t{shard.gateway->queued_disconnects()};
    });
    text.begin(metric("postern_tls_handshakes_total"));
    text.sample({"ok"}, sum(shards, [](const auto& shard) { return shard.stats->tls_handshakes.value(); }));
    text.sample({"failed"}, sum(shards, [](const auto& shard) { return shard.stats->tls_failures.value(); }));
}

void write_limits(PrometheusText& text, const Shards& shards)
{
    text.begin(metric("postern_limit_hits_total"));
    for (std::size_t i = 0; i < observability::kLimits; ++i) {
        const auto hits = [i](const auto& shard) { return shard.gateway->counts().limits[i].value(); };
        text.sample({to_string(static_cast<observability::Limit>(i))}, sum(shards, hits));
    }
}

void write_api_requests(PrometheusText& text, const Shards& shards)
{
    using Counts = observability::ApiRequestCounts;
    text.begin(metric("postern_connections_api_requests_total"));
    for (std::size_t method = 0; method < Counts::kMethods.size(); ++method) {
        for (std::size_t status = 0; status < Counts::kStatuses.size(); ++status) {
            const std::uint64_t calls = sum(shards, [&](const auto& shard) {
                return shard.gateway->counts().api_requests.value(method, status);
            });
            if (calls > 0) text.sample({Counts::kMethods[method], Counts::kStatuses[status]}, calls);
        }
    }
}

using FunctionStats = integrations::lambda::FunctionStats;
using Functions = std::vector<std::pair<std::string, std::shared_ptr<const FunctionStats>>>;

/// One sample for each function.
template <class Value>
void by_function(PrometheusText& text,
                 const observability::Metric& metric,
                 const Functions& functions,
                 Value value)
{
    text.begin(metric);
    for (const auto& [name, stats] : functions) text.sample({name}, value(*stats));
}

void write_functions(PrometheusText& text, const Functions& functions)
{
    const auto count = [&](const observability::Metric& metric, Counter FunctionStats::*member) {
        by_function(
            text, metric, functions, [&](const FunctionStats& stats) { return (stats.*member).value(); });
    };
    count(metric("postern_function_invocations_total"), &FunctionStats::invocations);
    count(metric("postern_function_errors_total"), &FunctionStats::errors);
    count(metric("postern_function_timeouts_total"), &FunctionStats::timeouts);
    count(metric("postern_function_throttles_total"), &FunctionStats::throttles);
    count(metric("postern_function_cold_starts_total"), &FunctionStats::cold_starts);
    text.begin(metric("postern_function_instances"));
    for (const auto& [name, stats] : functions) {
        const std::int64_t busy = stats->busy.value();
        text.sample({name, "busy"}, busy);
        text.sample({name, "idle"}, std::max<std::int64_t>(stats->instances.value() - busy, 0));
    }
    by_function(text, metric("postern_function_queued"), functions, [](const FunctionStats& stats) {
        return stats.queued.value();
    });
    by_function(text, metric("postern_function_duration_seconds"), functions, [](const FunctionStats& stats) {
        HistogramSnapshot duration;
        stats.duration.add_to(duration);
        return duration;
    });
}

void write_reloads(PrometheusText& text, const observability::ReloadCounts& reloads)
{
    text.begin(metric("postern_config_reloads_total"));
    text.sample({"ok"}, reloads.succeeded.value());
    text.sample({"failed"}, reloads.failed.value());
    text.single(metric("postern_config_last_success_timestamp_seconds"),
                static_cast<double>(reloads.last_success_ms.value()) / 1000);
    text.single(metric("postern_config_generation"), reloads.generation.value());
}

}  // namespace

std::string metrics_page(const MetricsSources& sources)
{
    PrometheusText text;
    sources.metrics->write(text);
    text.single(metric("postern_sockets"),
                std::uint64_t{sources.sockets->sockets.load(std::memory_order_relaxed)});
    text.single(metric("postern_sockets_max"),
                std::uint64_t{sources.sockets->sockets_max.load(std::memory_order_relaxed)});
    write_shards(text, sources.shards);
    write_limits(text, sources.shards);
    write_api_requests(text, sources.shards);
    text.single(metric("postern_workers_queued"), sources.workers->stats().queued.value());
    text.single(metric("postern_workers_running"), sources.workers->stats().running.value());
    text.single(metric("postern_workers_refused_total"), sources.workers->stats().refused.value());
    write_functions(text, sources.functions->stats());
    text.single(metric("postern_log_lines_dropped_total"), sources.lines->dropped());
    write_reloads(text, *sources.reloads);
    text.single(metric("postern_draining"), std::uint64_t{sources.health->is_draining() ? 1U : 0U});
    text.begin(metric("postern_build_info"));
    text.sample({POSTERN_VERSION}, std::uint64_t{1});
    write(text, observability::read_process_stats());
    return text.take();
}

}  // namespace postern::app
