// SPDX-License-Identifier: Apache-2.0
#include "app/function_specs.hpp"

#include "api/execute_api_host.hpp"
#include "api/function_reference.hpp"
#include "app/ca_bundle.hpp"
#include "app/stage_path.hpp"
#include "core/base64.hpp"
#include "core/random.hpp"
#include "integrations/lambda/interpreter.hpp"
#include "net/http_url.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

namespace postern::app {

namespace {

using integrations::lambda::FunctionSpec;

std::string random_text(std::size_t bytes)
{
    std::string raw(bytes, '\0');
    SystemRandom().fill({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
    return base64::encode(raw);
}

/// 16 of A-Z and 2-7, as the tail of AWS's key ids.
std::string key_id_tail()
{
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::array<std::uint8_t, 16> bytes{};
    SystemRandom().fill(bytes);
    std::string tail;
    for (const std::uint8_t byte : bytes) tail += kAlphabet[byte % kAlphabet.size()];
    return tail;
}

/// "127.0.0.1:8443": how a process of this machine reaches a listener.
std::string address_of(const Endpoint& endpoint)
{
    std::string host = endpoint.address;
    if (host.empty() || host == "0.0.0.0" || host == "::") host = "127.0.0.1";
    return net::authority(host, std::to_string(endpoint.port));
}

/// The listener whose certificate is made for API Gateway's host names; null when there is none.
const Endpoint* development_endpoint(const std::vector<Endpoint>& endpoints)
{
    for (const Endpoint& endpoint : endpoints) {
        if (!endpoint.development_ca.empty()) return &endpoint;
    }
    return nullptr;
}

/// Functions are started in directories of their own.
std::string absolute(const std::string& path)
{
    return std::filesystem::absolute(path).lexically_normal().string();
}

bool calls(const api::Api& api, const api::Stage& stage, const std::string& function)
{
    for (const auto& [key, route] : api.routes) {
        if (!route.integration || route.integration->integration_type != api::IntegrationType::AwsProxy)
            continue;
        const auto called = api::parse_function_uri(
            api::with_stage_variables(route.integration->integration_uri, stage.stage_variables));
        if (called && called->name == function) return true;
    }
    return false;
}

/// The path of the stage that invokes the function, or else of the first stage: what an SDK without an
/// endpoint in its code is led to.
std::string path_of_caller(const api::Model& model, const std::string& function)
{
    std::string first;
    for (const auto& [api_id, api] : model.apis) {
        for (const auto& [name, stage] : api.stages) {
            std::string path = stage_path(model, api_id, name);
            if (calls(api, stage, function)) return path;
            if (first.empty()) first = path;
        }
    }
    return first;
}

void replace_all(std::string& text, const std::string& what, const std::string& with)
{
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
}

/// The bootstraps of Node.js and Python lead API Gateway's host names to this gateway; other runtimes get
/// URLs that are this gateway's anyway (spec config-plane 8.2).
bool is_led_by_its_bootstrap(const api::Function& function)
{
    using integrations::lambda::Language;
    return integrations::lambda::language_of(function.runtime) != Language::Compiled;
}

void localize(api::Function& function, const config::Settings& settings, const Endpoint& endpoint)
{
    for (const auto& [api_id, api] : settings.model.apis) {
        const std::string host = api::execute_api_host(api_id, settings.model.region);
        const std::string local = "localhost:" + std::to_string(endpoint.port) +
                                  (settings.model.apis.size() > 1 ? '/' + api_id : "");
        for (auto& [name, value] : function.environment) {
            replace_all(value, "https://" + host, "https://" + local);
            replace_all(value, "wss://" + host, "wss://" + local);
        }
    }
}

api::StringMap gateway_environment(const config::Settings& settings,
                                   const FunctionSurroundings& surroundings,
                                   const api::Function& function)
{
    api::StringMap out;
    out["AWS_ACCESS_KEY_ID"] = surroundings.credentials.id;
    out["AWS_SECRET_ACCESS_KEY"] = surroundings.credentials.secret;
    out["AWS_SESSION_TOKEN"] = surroundings.credentials.session_token;
    if (!surroundings.admin_url.empty()) out["AWS_ENDPOINT_URL_LAMBDA"] = surroundings.admin_url;
    const Endpoint* development = development_endpoint(surroundings.endpoints);
    if (development != nullptr) {
        out["POSTERN_GATEWAY_TLS"] = address_of(*development);
        out["NODE_EXTRA_CA_CERTS"] = development->development_ca;
    }
    if (!surroundings.ca_bundle.empty()) {
        for (const char* name : {"AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}) {
            out[name] = surroundings.ca_bundle;
        }
    }
    for (const Endpoint& endpoint : surroundings.endpoints) {
        if (endpoint.is_tls) continue;
        out["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"] =
            "http://" + address_of(endpoint) + path_of_caller(settings.model, function.function_name);
        break;
    }
    return out;
}

}  // namespace

api::sigv4::AccessKey new_function_credentials(const std::string& account_id)
{
    return {"ASIA" + key_id_tail(),
            random_text(30),
            random_text(96),
            "arn:aws:sts::" + account_id + ":assumed-role/postern-functions/function"};
}

Result<FunctionSurroundings> function_surroundings(std::vector<Endpoint> endpoints,
                                                   std::string admin_url,
                                                   api::sigv4::AccessKey credentials)
{
    FunctionSurroundings made{std::move(endpoints), std::move(admin_url), "", std::move(credentials)};
    if (const Endpoint* development = development_endpoint(made.endpoints)) {
        auto bundle = ensure_ca_bundle(development->development_ca);
        if (!bundle) return bundle.error();
        made.ca_bundle = *std::move(bundle);
    }
    return made;
}

bool is_called(const api::Model& model, const std::string& function)
{
    for (const auto& [api_id, api] : model.apis) {
        for (const auto& [name, stage] : api.stages) {
            if (calls(api, stage, function)) return true;
        }
    }
    return false;
}

bool any_runs_here(const config::Settings& settings)
{
    const auto& functions = settings.model.functions;
    return std::any_of(
        functions.begin(), functions.end(), [](const auto& entry) { return entry.second.endpoint.empty(); });
}

std::vector<std::uint16_t> callback_ports(const config::Settings& settings,
                                          const FunctionSurroundings& surroundings)
{
    std::vector<std::uint16_t> ports;
    if (!any_runs_here(settings)) return ports;
    for (const Endpoint& endpoint : surroundings.endpoints) {
        if (!endpoint.development_ca.empty()) ports.push_back(endpoint.port);
    }
    return ports;
}

std::vector<FunctionSpec> function_specs(const config::Settings& settings,
                                         const FunctionSurroundings& surroundings)
{
    std::vector<FunctionSpec> specs;
    const Endpoint* development = development_endpoint(surroundings.endpoints);
    for (const auto& [name, function] : settings.model.functions) {
        FunctionSpec& spec = specs.emplace_back();
        spec.function = function;
        if (!function.code_uri.empty()) spec.function.code_uri = absolute(function.code_uri);
        for (std::string& layer : spec.function.layers) layer = absolute(layer);
        spec.arn = api::function_arn(settings.model.region, settings.model.account_id, name);
        spec.region = settings.model.region;
        spec.options = settings.functions;
        spec.log_group_directory = settings.log_group_directory;
        if (!function.endpoint.empty()) continue;
        spec.gateway_environment = gateway_environment(settings, surroundings, function);
        if (development != nullptr && !is_led_by_its_bootstrap(function)) {
            localize(spec.function, settings, *development);
        }
    }
    return specs;
}

}  // namespace postern::app
