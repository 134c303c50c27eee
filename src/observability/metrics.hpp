// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "observability/counts.hpp"

#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace postern::observability {

class PrometheusText;

/// What is counted by route and by stage, for the whole process. Thread: any; the lock is taken when a
/// deployment is compiled and when somebody scrapes, never while events pass.
///
/// Series live as long as this object, so that a route which comes back after a reload goes on counting, and
/// whoever still holds a connection of a stage that is gone may count on. There are as many as the operator
/// has ever configured since the start: clients cannot make any.
class Metrics {
public:
    explicit Metrics(std::size_t shards) : shards_(shards) {}
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    /// Where each shard counts a stage's connections; the same object for the same names.
    StageSeries& stage(std::string_view api_id, std::string_view stage);
    RouteSeries& route(std::string_view api_id, std::string_view stage, std::string_view route_key);

    /// The sums over all shards.
    void write(PrometheusText& text) const;

private:
    struct StageEntry {
        explicit StageEntry(std::size_t shards) : series(shards) {}
        StageSeries series;
        std::map<std::string, RouteSeries, std::less<>> routes;
    };
    using Stages = std::map<std::string, StageEntry, std::less<>>;

    StageEntry& entry(std::string_view api_id, std::string_view stage);

    const std::size_t shards_;
    mutable std::mutex mutex_;
    std::map<std::string, Stages, std::less<>> apis_;
};

/// What the configuration's reloads were like. Written by the main thread, read by any.
struct ReloadCounts {
    Counter succeeded;  ///< reloads, so not the start
    Counter failed;
    Gauge generation;
    Gauge last_success_ms;  ///< since 1970
};

}  // namespace postern::observability
