// SPDX-License-Identifier: Apache-2.0
#include "observability/metrics.hpp"

#include "observability/prometheus_text.hpp"

#include <vector>

namespace postern::observability {

namespace {

constexpr std::string_view kNoRoute = "-";

struct RouteSums {
    std::uint64_t connects = 0;
    std::uint64_t messages_in = 0;
    std::uint64_t messages_out = 0;
    std::uint64_t integration_errors = 0;
    std::uint64_t client_errors = 0;
    std::uint64_t execution_errors = 0;
    HistogramSnapshot integration_latency;

    void add(const RouteCounts& counts)
    {
        connects += counts.connects.value();
        messages_in += counts.messages_in.value();
        messages_out += counts.messages_out.value();
        integration_errors += counts.integration_errors.value();
        client_errors += counts.client_errors.value();
        execution_errors += counts.execution_errors.value();
        counts.integration_latency.add_to(integration_latency);
    }
};

struct StageSums {
    std::int64_t connections = 0;
    std::uint64_t opened = 0;
    std::array<std::uint64_t, kCloseClasses> closed{};

    void add(const StageCounts& counts)
    {
        connections += counts.connections.value();
        opened += counts.opened.value();
        for (std::size_t i = 0; i < closed.size(); ++i) closed[i] += counts.closed[i].value();
    }
};

struct RouteRow {
    std::string_view api;
    std::string_view stage;
    std::string_view route;
    RouteSums sums;
};

struct StageRow {
    std::string_view api;
    std::string_view stage;
    StageSums sums;
};

void write_routes(PrometheusText& text, const std::vector<RouteRow>& rows)
{
    const auto family = [&](const Metric& metric, auto value) {
        text.begin(metric);
        for (const RouteRow& row : rows) text.sample({row.api, row.stage, row.route}, value(row.sums));
    };
    family(metric("postern_connect_count_total"), [](const RouteSums& sums) { return sums.connects; });
    text.begin(metric("postern_message_count_total"));
    for (const RouteRow& row : rows) {
        text.sample({row.api, row.stage, row.route, "in"}, row.sums.messages_in);
        text.sample({row.api, row.stage, row.route, "out"}, row.sums.messages_out);
    }
    family(metric("postern_integration_error_total"),
           [](const RouteSums& sums) { return sums.integration_errors; });
    family(metric("postern_client_error_total"), [](const RouteSums& sums) { return sums.client_errors; });
    family(metric("postern_execution_error_total"),
           [](const RouteSums& sums) { return sums.execution_errors; });
    family(metric("postern_integration_latency_seconds"),
           [](const RouteSums& sums) -> const HistogramSnapshot& { return sums.integration_latency; });
}

void write_stages(PrometheusText& text, const std::vector<StageRow>& rows)
{
    text.begin(metric("postern_connections"));
    for (const StageRow& row : rows) text.sample({row.api, row.stage}, row.sums.connections);
    text.begin(metric("postern_connections_opened_total"));
    for (const StageRow& row : rows) text.sample({row.api, row.stage}, row.sums.opened);
    text.begin(metric("postern_connections_closed_total"));
    for (const StageRow& row : rows) {
        for (std::size_t i = 0; i < row.sums.closed.size(); ++i) {
            text.sample({row.api, row.stage, to_string(static_cast<CloseClass>(i))}, row.sums.closed[i]);
        }
    }
}

}  // namespace

Metrics::StageEntry& Metrics::entry(std::string_view api_id, std::string_view stage)
{
    Stages& stages = apis_.try_emplace(std::string(api_id)).first->second;
    return stages.try_emplace(std::string(stage), shards_).first->second;
}

StageSeries& Metrics::stage(std::string_view api_id, std::string_view stage)
{
    const std::lock_guard lock(mutex_);
    return entry(api_id, stage).series;
}

RouteSeries& Metrics::route(std::string_view api_id, std::string_view stage, std::string_view route_key)
{
    const std::lock_guard lock(mutex_);
    return entry(api_id, stage).routes.try_emplace(std::string(route_key), shards_).first->second;
}

void Metrics::write(PrometheusText& text) const
{
    const std::lock_guard lock(mutex_);
    std::vector<RouteRow> routes;
    std::vector<StageRow> rows;
    for (const auto& [api, stages] : apis_) {
        for (const auto& [stage, entry] : stages) {
            StageRow& row = rows.emplace_back(StageRow{api, stage, {}});
            const std::size_t unrouted = routes.size();
            routes.push_back({api, stage, kNoRoute, {}});
            for (const StageCounts& counts : entry.series) {
                row.sums.add(counts);
                routes[unrouted].sums.add(counts.unrouted);
            }
            for (const auto& [key, series] : entry.routes) {
                // A route may be named like the sign for none: a series is written once only.
                const bool is_same = key == kNoRoute;
                if (!is_same) routes.push_back({api, stage, key, {}});
                for (const RouteCounts& counts : series)
                    routes[is_same ? unrouted : routes.size() - 1].sums.add(counts);
            }
        }
    }
    write_routes(text, routes);
    write_stages(text, rows);
}

}  // namespace postern::observability
