// SPDX-License-Identifier: Apache-2.0
#include "gateway/deployment.hpp"

namespace postern::gateway {

namespace {

constexpr std::string_view kPluginPrefix = "plugin:";

Result<Route> compile_route(const api::Route& route, const integrations::HandlerRegistry& handlers)
{
    Route compiled;
    compiled.key = route.route_key;
    compiled.is_two_way = route.is_two_way();
    if (!route.integration || route.integration->integration_type != api::IntegrationType::Plugin ||
        !route.integration->integration_uri.starts_with(kPluginPrefix)) {
        return Error(ErrorKind::BadInput,
                     "route " + route.route_key + ": only plugin integrations are supported yet");
    }
    compiled.timeout = route.integration->timeout;
    const std::string name = route.integration->integration_uri.substr(kPluginPrefix.size());
    compiled.handler = handlers.find(name);
    if (compiled.handler == nullptr) {
        return Error(ErrorKind::BadInput, "route " + route.route_key + ": no handler named \"" + name + "\"");
    }
    return compiled;
}

}  // namespace

Result<std::shared_ptr<const Deployment>> Deployment::compile(const api::Api& api,
                                                              const api::Stage& stage,
                                                              const integrations::HandlerRegistry& handlers)
{
    Result<api::SelectionExpression> expression =
        api::SelectionExpression::parse(api.route_selection_expression);
    if (!expression) return expression.error();

    std::shared_ptr<Deployment> made(new Deployment(*std::move(expression)));
    made->stage_ = {api.api_id, stage.stage_name, stage.stage_variables};
    made->is_execute_api_disabled_ = api.disable_execute_api_endpoint;
    for (const auto& [key, route] : api.routes) {
        Result<Route> compiled = compile_route(route, handlers);
        if (!compiled)
            return Error(ErrorKind::BadInput, "api " + api.api_id + ": " + compiled.error().detail);
        if (key == kConnectKey) {
            made->connect_route_ = std::make_unique<Route>(*std::move(compiled));
        } else if (key == kDisconnectKey) {
            made->disconnect_route_ = std::make_unique<Route>(*std::move(compiled));
        } else {
            made->routes_.emplace(key, *std::move(compiled));
        }
    }
    made->connect_ = made->connect_route_.get();
    made->disconnect_ = made->disconnect_route_.get();
    const auto fallback = made->routes_.find(kDefaultKey);
    if (fallback != made->routes_.end()) made->default_ = &fallback->second;
    return std::shared_ptr<const Deployment>(std::move(made));
}

const Route* Deployment::select(std::string_view message, api::SelectionScratch& scratch) const
{
    const std::optional<std::string_view> key = expression_.evaluate(message, scratch);
    if (key) {
        const auto found = routes_.find(*key);
        if (found != routes_.end()) return &found->second;
    }
    return default_;
}

}  // namespace postern::gateway
