// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/model.hpp"
#include "api/selection_expression.hpp"
#include "core/result.hpp"
#include "integrations/event_scope.hpp"
#include "integrations/handler_registry.hpp"
#include "observability/metrics.hpp"
#include "observability/stage_logs.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern::gateway {

inline constexpr std::string_view kConnectKey = "$connect";
inline constexpr std::string_view kDisconnectKey = "$disconnect";
inline constexpr std::string_view kDefaultKey = "$default";

/// One route, compiled: nothing is left to be looked up when an event comes.
struct Route {
    std::string key;
    const integrations::Handler* handler = nullptr;
    bool is_two_way = false;
    std::chrono::milliseconds timeout{};
    observability::ExecutionLogOptions execution_log;
    observability::RouteSeries* series = nullptr;  ///< null: nobody counts
};

/// What a stage serves: compiled, immutable, shared by all shards, replaced as a whole, looked up for every
/// event (spec data-plane 3.1: a deployment applies to connections opened before it).
class Deployment {
public:
    using Handlers = std::shared_ptr<const integrations::HandlerRegistry>;

    /// BadInput when the expression is malformed or a route names no handler. The deployment keeps the
    /// handlers, and with them whatever `handlers` keeps. `logs` is null for a stage that logs nothing.
    /// `metrics`, where events are counted, outlives the deployment and all connections; null: nobody counts.
    static Result<std::shared_ptr<const Deployment>> compile(
        const api::Api& api,
        const api::Stage& stage,
        Handlers handlers,
        std::shared_ptr<const observability::StageLogs> logs = nullptr,
        observability::Metrics* metrics = nullptr);

    const integrations::StageIdentity& stage() const { return stage_; }
    bool is_execute_api_disabled() const { return is_execute_api_disabled_; }

    /// Null: the stage logs nothing.
    const observability::StageLogs* logs() const { return logs_.get(); }
    /// Of events that no route takes.
    const observability::ExecutionLogOptions& default_execution_log() const { return default_execution_log_; }

    /// Where the shard counts the stage's connections and what belongs to no route; null: nobody counts.
    observability::StageCounts* counts(std::size_t shard) const
    {
        return series_ == nullptr ? nullptr : &(*series_)[shard];
    }

    /// The same for a route's events; of no route when it is null.
    observability::RouteCounts* counts(const Route* route, std::size_t shard) const
    {
        if (series_ == nullptr) return nullptr;
        return route == nullptr ? &(*series_)[shard].unrouted : &(*route->series)[shard];
    }

    const Route* connect() const { return connect_; }
    const Route* disconnect() const { return disconnect_; }

    /// The route of a message (spec data-plane 3.1): an exact key, else $default, else null. A message never
    /// selects $connect or $disconnect; whatever is not JSON goes to $default.
    const Route* select(std::string_view message, api::SelectionScratch& scratch) const;

private:
    Deployment(api::SelectionExpression expression, Handlers handlers)
        : expression_(std::move(expression)), handlers_(std::move(handlers))
    {}

    const Route* find(std::string_view key) const;

    integrations::StageIdentity stage_;
    bool is_execute_api_disabled_ = false;
    observability::StageSeries* series_ = nullptr;
    std::shared_ptr<const observability::StageLogs> logs_;
    observability::ExecutionLogOptions default_execution_log_;
    api::SelectionExpression expression_;
    Handlers handlers_;          ///< the routes point into it
    std::vector<Route> routes_;  ///< sorted by key; the pointers below point into it
    const Route* connect_ = nullptr;
    const Route* disconnect_ = nullptr;
    const Route* default_ = nullptr;
};

}  // namespace postern::gateway
