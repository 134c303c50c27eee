// SPDX-License-Identifier: Apache-2.0
#include "gateway/deployment.hpp"

#include "api/function_reference.hpp"

#include <algorithm>

namespace postern::gateway {

namespace {

constexpr std::string_view kPluginPrefix = "plugin:";

/// What the registry calls the handler of an integration; "" for a kind that is not supported. A function's
/// qualifier is not looked at: there is one version of the code here.
std::string handler_name(const api::Integration& integration, const api::StringMap& stage_variables)
{
    const std::string& uri = integration.integration_uri;
    if (integration.integration_type == api::IntegrationType::Plugin && uri.starts_with(kPluginPrefix)) {
        return uri.substr(kPluginPrefix.size());
    }
    if (integration.integration_type != api::IntegrationType::AwsProxy) return "";
    const auto function = api::parse_function_uri(api::with_stage_variables(uri, stage_variables));
    return function ? std::string(integrations::kFunctionPrefix) + function->name : "";
}

Result<Route> compile_route(const api::Route& route,
                            const api::StringMap& stage_variables,
                            const integrations::HandlerRegistry& handlers)
{
    Route compiled;
    compiled.key = route.route_key;
    compiled.is_two_way = route.is_two_way();
    const std::string name = route.integration ? handler_name(*route.integration, stage_variables) : "";
    if (name.empty()) {
        return Error(
            ErrorKind::BadInput,
            "route " + route.route_key + ": only plugin and Lambda proxy integrations are supported yet");
    }
    compiled.timeout = route.integration->timeout;
    compiled.handler = handlers.find(name);
    if (compiled.handler == nullptr) {
        return Error(ErrorKind::BadInput, "route " + route.route_key + ": no handler named \"" + name + "\"");
    }
    return compiled;
}

}  // namespace

Result<std::shared_ptr<const Deployment>> Deployment::compile(
    const api::Api& api,
    const api::Stage& stage,
    Handlers handlers,
    std::shared_ptr<const observability::StageLogs> logs,
    observability::Metrics* metrics)
{
    Result<api::SelectionExpression> expression =
        api::SelectionExpression::parse(api.route_selection_expression);
    if (!expression) return expression.error();

    std::shared_ptr<Deployment> made(new Deployment(*std::move(expression), std::move(handlers)));
    made->stage_ = {api.api_id, stage.stage_name, stage.stage_variables};
    made->is_execute_api_disabled_ = api.disable_execute_api_endpoint;
    made->routes_.reserve(api.routes.size());
    for (const auto& [key, route] : api.routes) {  // a map: sorted
        Result<Route> compiled = compile_route(route, stage.stage_variables, *made->handlers_);
        if (!compiled) {
            return Error(ErrorKind::BadInput, "api " + api.api_id + ": " + compiled.error().detail);
        }
        compiled->execution_log = observability::execution_log_options(stage, key);
        if (metrics != nullptr) compiled->series = &metrics->route(api.api_id, stage.stage_name, key);
        made->routes_.push_back(*std::move(compiled));
    }
    if (metrics != nullptr) made->series_ = &metrics->stage(api.api_id, stage.stage_name);
    made->logs_ = std::move(logs);
    made->default_execution_log_ = observability::execution_log_options(stage, {});
    made->connect_ = made->find(kConnectKey);
    made->disconnect_ = made->find(kDisconnectKey);
    made->default_ = made->find(kDefaultKey);
    return std::shared_ptr<const Deployment>(std::move(made));
}

const Route* Deployment::find(std::string_view key) const
{
    const auto found =
        std::lower_bound(routes_.begin(), routes_.end(), key, [](const Route& route, std::string_view k) {
            return route.key < k;
        });
    return found != routes_.end() && found->key == key ? &*found : nullptr;
}

const Route* Deployment::select(std::string_view message, api::SelectionScratch& scratch) const
{
    const std::optional<std::string_view> key = expression_.evaluate(message, scratch);
    const Route* found = key ? find(*key) : nullptr;
    const bool is_selectable = found != nullptr && found != connect_ && found != disconnect_;
    return is_selectable ? found : default_;
}

}  // namespace postern::gateway
