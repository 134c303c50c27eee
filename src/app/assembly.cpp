// SPDX-License-Identifier: Apache-2.0
#include "app/assembly.hpp"

#include "app/builtin_handlers.hpp"

#include <utility>

namespace postern::app {

namespace {

/// What the functions' role may do.
constexpr std::string_view kFunctionPolicy = R"({"Statement": [
    {"Effect": "Allow", "Action": ["execute-api:ManageConnections", "lambda:InvokeFunction"], "Resource": "*"}]})";

}  // namespace

Result<std::shared_ptr<const management::Callers>> callers_of(const config::Settings& settings,
                                                              const api::sigv4::AccessKey& functions)
{
    management::CallerOptions options;
    options.admits_anybody = settings.management_authorization == config::ManagementAuthorization::None;
    options.region = settings.model.region;
    options.account_id = settings.model.account_id;
    for (const config::AccessKeySettings& key : settings.access_keys) {
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
    options.functions = management::CallerKey{functions, *api::Policy::parse(kFunctionPolicy)};
    return std::make_shared<const management::Callers>(std::move(options));
}

std::vector<integrations::PluginSpec> plugin_specs(const config::Settings& settings)
{
    std::vector<integrations::PluginSpec> specs{{"", "", "{}", &builtin_plugin}};
    for (const auto& [name, plugin] : settings.plugins) {
        specs.push_back({name, plugin.library, plugin.settings, nullptr});
    }
    return specs;
}

Result<gateway::Stages::Deployments> compile_stages(const api::Model& model,
                                                    const gateway::Deployment::Handlers& handlers,
                                                    const observability::StageLogsFactory& logs,
                                                    observability::Metrics& metrics)
{
    gateway::Stages::Deployments deployments;
    for (const auto& [api_id, api] : model.apis) {
        for (const auto& [name, stage] : api.stages) {
            auto opened = logs.open(api, stage);
            if (!opened) return opened.error();
            auto compiled = gateway::Deployment::compile(api, stage, handlers, *std::move(opened), &metrics);
            if (!compiled) return compiled.error();
            deployments.push_back(*std::move(compiled));
        }
    }
    return deployments;
}

Result<void> check_unchangeable(const config::Settings& now, const config::Settings& next)
{
    std::string changed;
    const auto compare = [&](std::string_view name, const auto& a, const auto& b) {
        if (a != b) changed.append(changed.empty() ? "" : ", ").append(name);
    };
    compare("gateway.shards", now.shards, next.shards);
    compare("gateway.workerThreads", now.worker_threads, next.worker_threads);
    compare("gateway.admin", now.admin, next.admin);
    if (changed.empty()) return {};
    return Error(ErrorKind::BadInput, changed + " cannot change while the gateway runs: restart it");
}

}  // namespace postern::app
