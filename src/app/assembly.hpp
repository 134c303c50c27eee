// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/settings.hpp"
#include "core/result.hpp"
#include "gateway/deployment.hpp"
#include "gateway/stages.hpp"
#include "integrations/plugin_set.hpp"
#include "management/callers.hpp"
#include "observability/metrics.hpp"
#include "observability/stage_logs.hpp"

#include <memory>
#include <vector>

/// Settings made into what the gateway is built of. Pure, but for the log files that compile_stages() opens.
namespace postern::app {

/// Who may call @connections and the admin listener: who the settings say, and the gateway's own functions,
/// which may call @connections and each other but not administer.
Result<std::shared_ptr<const management::Callers>> callers_of(const config::Settings& settings,
                                                              const api::sigv4::AccessKey& functions);

/// The built-in handlers, and the plugins of the file.
std::vector<integrations::PluginSpec> plugin_specs(const config::Settings& settings);

/// Every stage of every API, ready to serve.
Result<gateway::Stages::Deployments> compile_stages(const api::Model& model,
                                                    const gateway::Deployment::Handlers& handlers,
                                                    const observability::StageLogsFactory& logs,
                                                    observability::Metrics& metrics);

/// BadInput, naming every such setting, when `next` differs from `now` in what is decided once: threads,
/// shards, the admin listener.
Result<void> check_unchangeable(const config::Settings& now, const config::Settings& next);

}  // namespace postern::app
