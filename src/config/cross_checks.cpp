// SPDX-License-Identifier: Apache-2.0
#include "config/cross_checks.hpp"

#include "api/access_log_format.hpp"
#include "api/function_reference.hpp"
#include "api/policy.hpp"
#include "config/units.hpp"
#include "integrations/lambda/interpreter.hpp"
#include "net/tcp.hpp"
#include "observability/log_group.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace postern::config {

namespace {

constexpr std::string_view kPluginScheme = "plugin:";
constexpr std::size_t kHintsMax = 200;

class Checks {
public:
    Checks(const Settings& settings, const std::vector<std::string>& builtin_handlers, Reader& reader)
        : settings_(settings), builtin_handlers_(builtin_handlers), reader_(reader)
    {
        for (const Diagnostic& problem : reader.problems) known_bad_.insert(problem.path);
    }

    void run()
    {
        for (const auto& [name, plugin] : settings_.plugins) check_plugin(name);
        for (const auto& [api_id, api] : settings_.model.apis) {
            const std::string path = join("apis", api_id);
            for (const auto& [key, route] : api.routes) check_route(api, route, join(path + ".routes", key));
            for (const auto& [name, stage] : api.stages)
                check_stage(api, stage, join(path + ".stages", name));
        }
        for (const auto& [name, domain] : settings_.model.domain_names)
            check_domain(domain, "domainNames." + name);
        for (std::size_t i = 0; i < settings_.listeners.size(); ++i) check_listener(i);
        for (const auto& [name, function] : settings_.model.functions) {
            check_function(function, join("functions", name));
        }
        check_admin();
        check_access_keys();
        check_limits();
    }

private:
    void check_plugin(const std::string& name)
    {
        if (is_builtin(name))
            report("plugins." + name, "the name \"" + name + "\" belongs to a built-in handler");
    }

    void check_access_keys()
    {
        if (!settings_.access_keys.empty() &&
            settings_.management_authorization == ManagementAuthorization::None) {
            report("gateway.managementAuthorization", "\"none\" contradicts gateway.accessKeys");
        }
        std::set<std::string> seen;
        for (std::size_t i = 0; i < settings_.access_keys.size(); ++i) {
            const AccessKeySettings& key = settings_.access_keys[i];
            const std::string path = "gateway.accessKeys[" + std::to_string(i) + "]";
            if (!seen.insert(key.access_key_id).second && !has_problem(path + ".accessKeyId")) {
                report(path + ".accessKeyId", "there is another access key of this id");
            }
            if (key.policy.empty()) continue;
            const auto policy = api::Policy::parse(key.policy);
            if (!policy) report(path + ".policy", policy.error().detail);
        }
    }

    void check_function(const api::Function& function, const std::string& path)
    {
        if (!function.endpoint.empty()) return;
        if (!function.remote_name.empty()) {
            report(path + ".remoteName", "belongs to endpoint, and there is none");
        }
        if (function.runtime.empty() && !has_problem(path, path + ".runtime")) {
            report(path, "runtime is required for a function that runs here");
        }
        using integrations::lambda::Language;
        const bool is_interpreted = integrations::lambda::language_of(function.runtime) != Language::Compiled;
        if (is_interpreted && function.handler.empty() && !has_problem(path, path + ".handler")) {
            report(path, "handler is required for the runtime " + function.runtime);
        }
        if (!is_interpreted && !function.runtime.empty() && !function.inline_code.empty()) {
            report(path + ".inlineCode", "the runtime " + function.runtime + " has no inline code");
        }
    }

    void check_route(const api::Api& api, const api::Route& route, const std::string& path)
    {
        const std::string where = path + ".integration";
        if (!route.integration ||
            has_problem(where + ".integrationUri", where + ".plugin", where + ".integrationType")) {
            return;
        }
        const std::string& uri = route.integration->integration_uri;
        if (uri.empty()) return;  // the reader has said so
        const api::IntegrationType type = route.integration->integration_type;
        if (type == api::IntegrationType::AwsProxy) return check_function_uri(api, uri, where);
        if (type != api::IntegrationType::Plugin) {
            return report(where + ".integrationType",
                          "only AWS_PROXY and PLUGIN integrations are supported yet");
        }
        if (!uri.starts_with(kPluginScheme)) {
            return report_integration(
                where,
                "expected plugin:NAME, plugin:NAME.HANDLER, lambda:NAME or a function's ARN; other "
                "integrations are not supported yet");
        }
        const std::string reference = uri.substr(kPluginScheme.size());
        const std::size_t dot = reference.find('.');
        const std::string name = reference.substr(0, dot);
        if (name.empty() || dot == reference.size() - 1) {
            return report_integration(where, "expected plugin:NAME or plugin:NAME.HANDLER");
        }
        if (is_builtin(name)) {
            if (dot == std::string::npos) return;
            return report_integration(where,
                                      "the built-in handler \"" + name + "\" has no handlers of its own");
        }
        if (!settings_.plugins.contains(name)) {
            report_integration(where, "no plugin named \"" + name + '"' + hint(name, handler_sources()));
        }
    }

    /// A URI with stage variables names a function for each stage.
    void check_function_uri(const api::Api& api, const std::string& uri, const std::string& where)
    {
        for (const auto& [name, stage] : api.stages) {
            const auto function =
                api::parse_function_uri(api::with_stage_variables(uri, stage.stage_variables));
            if (!function) {
                return report_integration(where,
                                          "expected lambda:NAME, a function's ARN, or "
                                          "arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/"
                                          "ARN/invocations");
            }
            if (settings_.model.functions.contains(function->name)) continue;
            return report_integration(where,
                                      "no function named \"" + function->name + '"' +
                                          hint(function->name, keys_of(settings_.model.functions)));
        }
    }

    /// AWS's messages (spec config-plane 6.4 and 4.1).
    void check_stage(const api::Api& api, const api::Stage& stage, const std::string& path)
    {
        check_access_log(stage, path);
        for (const auto& [key, route_settings] : stage.route_settings) {
            if (api.routes.contains(key)) continue;
            report(join(path + ".routeSettings", key),
                   "Unable to find Route by key " + key + " within the provided RouteSettings");
        }
    }

    void check_access_log(const api::Stage& stage, const std::string& path)
    {
        if (!stage.access_log_settings) return;
        const std::string own = path + ".accessLog";
        const std::string aws = path + ".accessLogSettings";
        if (reader_.positions.contains(own + ".format") && reader_.positions.contains(aws + ".format")) {
            return report(own, "accessLogSettings is there, too: a stage has one access log");
        }
        const std::string where = reader_.positions.contains(aws + ".format") ? aws : own;
        if (has_problem(where, where + ".format", where + ".destinationArn")) return;
        const auto format = api::AccessLogFormat::parse(stage.access_log_settings->format);
        if (!format) report(where + ".format", format.error().detail);
        if (stage.access_log_settings->destination_arn.empty()) return;
        const auto group = observability::log_group_of_arn(stage.access_log_settings->destination_arn);
        if (!group) return report(where + ".destinationArn", group.error().detail);
        const auto file = observability::log_group_file(settings_.log_group_directory, *group);
        if (!file) report(where + ".destinationArn", file.error().detail);
    }

    void check_domain(const api::DomainName& domain, const std::string& path)
    {
        std::set<std::string> keys;
        for (std::size_t i = 0; i < domain.api_mappings.size(); ++i) {
            const api::ApiMapping& mapping = domain.api_mappings[i];
            const std::string where = path + ".apiMappings[" + std::to_string(i) + ']';
            if (!has_problem(where + ".apiMappingKey") && !keys.insert(mapping.api_mapping_key).second) {
                report(where,
                       "another mapping has the same apiMappingKey \"" + mapping.api_mapping_key + '"');
            }
            check_mapping_target(mapping, where);
        }
    }

    void check_mapping_target(const api::ApiMapping& mapping, const std::string& path)
    {
        if (has_problem(path + ".apiId")) return;
        const auto api = settings_.model.apis.find(mapping.api_id);
        if (api == settings_.model.apis.end()) {
            return report(path + ".apiId",
                          "no API named \"" + mapping.api_id + '"' +
                              hint(mapping.api_id, keys_of(settings_.model.apis)));
        }
        const auto& stages = api->second.stages;
        if (has_problem(path + ".stage") || stages.contains(mapping.stage)) return;
        report(path + ".stage",
               "the API \"" + mapping.api_id + "\" has no stage \"" + mapping.stage + '"' +
                   hint(mapping.stage, keys_of(stages)));
    }

    void check_listener(std::size_t index)
    {
        const ListenerSettings& listener = settings_.listeners[index];
        const std::string path = listener_path(index);
        if (!listener.address.empty()) check_address(listener.address, path + ".address");
        if (listener.port == 0 || has_problem(path + ".port")) return;
        for (std::size_t i = 0; i < index; ++i) {
            const ListenerSettings& other = settings_.listeners[i];
            const bool overlap =
                other.address == listener.address || other.address.empty() || listener.address.empty();
            if (other.port != listener.port || !overlap) continue;
            return report(
                path + ".port",
                "port " + std::to_string(listener.port) + " is already that of " + listener_path(i));
        }
    }

    void check_admin()
    {
        const AdminSettings& admin = settings_.admin;
        if (!admin.is_on) return;
        check_address(admin.address, "gateway.admin.address");
        if (admin.port.value_or(0) == 0) return;
        for (std::size_t i = 0; i < settings_.listeners.size(); ++i) {
            const ListenerSettings& other = settings_.listeners[i];
            if (other.port != *admin.port || (other.address != admin.address && !other.address.empty()))
                continue;
            return report("gateway.admin.port",
                          "port " + std::to_string(*admin.port) + " is already that of " + listener_path(i));
        }
    }

    void check_address(const std::string& address, const std::string& path)
    {
        if (net::is_ip_address(address)) return;
        report(path, "expected an IP address such as 127.0.0.1 or ::1, not \"" + address.substr(0, 64) + '"');
    }

    void check_limits()
    {
        const api::Limits& limits = settings_.limits;
        const std::string outbox = "gateway.limits.outboxBytes";
        const std::string message = "gateway.limits.messageBytes";
        if (limits.outbox_bytes_max >= limits.message_bytes_max || has_problem(outbox, message)) return;
        const std::string culprit = reader_.positions.contains(outbox) ? outbox : message;
        report(culprit,
               "outboxBytes (" + format_size(static_cast<std::int64_t>(limits.outbox_bytes_max)) +
                   ") is smaller than messageBytes (" +
                   format_size(static_cast<std::int64_t>(limits.message_bytes_max)) +
                   "): the largest message could never be sent");
    }

    static std::string listener_path(std::size_t index)
    {
        return "gateway.listeners[" + std::to_string(index) + ']';
    }

    /// Few mistakes are worth a hint; many are a hostile file, and each hint is a search.
    std::string hint(const std::string& word, const std::vector<std::string>& candidates) const
    {
        return reader_.problems.size() < kHintsMax ? did_you_mean(word, candidates) : "";
    }

    template <class Map>
    static std::vector<std::string> keys_of(const Map& map)
    {
        std::vector<std::string> keys;
        keys.reserve(map.size());
        for (const auto& [key, value] : map) keys.push_back(key);
        return keys;
    }

    bool is_builtin(const std::string& name) const
    {
        return std::find(builtin_handlers_.begin(), builtin_handlers_.end(), name) != builtin_handlers_.end();
    }

    std::vector<std::string> handler_sources() const
    {
        std::vector<std::string> names = keys_of(settings_.plugins);
        names.insert(names.end(), builtin_handlers_.begin(), builtin_handlers_.end());
        return names;
    }

    template <class... Paths>
    bool has_problem(const Paths&... paths) const
    {
        return (known_bad_.contains(paths) || ...);
    }

    void report(const std::string& path, std::string message)
    {
        // The nearest place that was read: what is missing has none of its own.
        std::string at = path;
        while (!reader_.positions.contains(at) && !at.empty()) {
            const std::size_t end = at.find_last_of(".[");
            at.resize(end == std::string::npos ? 0 : end);
        }
        reader_.report(reader_.positions[at], path, std::move(message));
    }

    /// Points at the value, however it was written, and names the property that people know.
    void report_integration(const std::string& path, std::string message)
    {
        std::string at = path;
        for (const char* name : {".integrationUri", ".plugin"}) {
            if (reader_.positions.contains(path + name)) at = path + name;
        }
        reader_.report(reader_.positions[at], path, std::move(message));
    }

    const Settings& settings_;
    const std::vector<std::string>& builtin_handlers_;
    Reader& reader_;
    std::set<std::string> known_bad_;
};

}  // namespace

void check_references(const Settings& settings,
                      const std::vector<std::string>& builtin_handlers,
                      Reader& reader)
{
    Checks(settings, builtin_handlers, reader).run();
}

}  // namespace postern::config
