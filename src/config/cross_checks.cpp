// SPDX-License-Identifier: Apache-2.0
#include "config/cross_checks.hpp"

#include "api/access_log_format.hpp"
#include "api/policy.hpp"
#include "config/check_report.hpp"
#include "config/integration_checks.hpp"
#include "config/units.hpp"
#include "net/tcp.hpp"
#include "observability/log_group.hpp"

#include <set>

namespace postern::config {

namespace {

class Checks {
public:
    Checks(const Settings& settings, CheckReport& report) : settings_(settings), report_(report) {}

    void run()
    {
        for (const auto& [api_id, api] : settings_.model.apis) {
            for (const auto& [name, stage] : api.stages) {
                check_stage(api, stage, join(join("apis", api_id) + ".stages", name));
            }
        }
        for (const auto& [name, domain] : settings_.model.domain_names)
            check_domain(domain, "domainNames." + name);
        for (std::size_t i = 0; i < settings_.listeners.size(); ++i) check_listener(i);
        check_admin();
        check_access_keys();
        check_limits();
    }

private:
    void check_access_keys()
    {
        if (!settings_.access_keys.empty() &&
            settings_.management_authorization == ManagementAuthorization::None) {
            report_.add("gateway.managementAuthorization", "\"none\" contradicts gateway.accessKeys");
        }
        std::set<std::string> seen;
        for (std::size_t i = 0; i < settings_.access_keys.size(); ++i) {
            const AccessKeySettings& key = settings_.access_keys[i];
            const std::string path = "gateway.accessKeys[" + std::to_string(i) + "]";
            if (!seen.insert(key.access_key_id).second && !report_.has_problem(path + ".accessKeyId")) {
                report_.add(path + ".accessKeyId", "there is another access key of this id");
            }
            if (key.policy.empty()) continue;
            const auto policy = api::Policy::parse(key.policy);
            if (!policy) report_.add(path + ".policy", policy.error().detail);
        }
    }

    /// AWS's messages (spec config-plane 6.4 and 4.1).
    void check_stage(const api::Api& api, const api::Stage& stage, const std::string& path)
    {
        check_access_log(stage, path);
        for (const auto& [key, route_settings] : stage.route_settings) {
            if (api.routes.contains(key)) continue;
            report_.add(join(path + ".routeSettings", key),
                        "Unable to find Route by key " + key + " within the provided RouteSettings");
        }
    }

    void check_access_log(const api::Stage& stage, const std::string& path)
    {
        if (!stage.access_log_settings) return;
        const std::string own = path + ".accessLog";
        const std::string aws = path + ".accessLogSettings";
        if (report_.is_in_the_file(own + ".format") && report_.is_in_the_file(aws + ".format")) {
            return report_.add(own, "accessLogSettings is there, too: a stage has one access log");
        }
        const std::string where = report_.is_in_the_file(aws + ".format") ? aws : own;
        if (report_.has_problem(where, where + ".format", where + ".destinationArn")) return;
        const auto format = api::AccessLogFormat::parse(stage.access_log_settings->format);
        if (!format) report_.add(where + ".format", format.error().detail);
        if (stage.access_log_settings->destination_arn.empty()) return;
        const auto group = observability::log_group_of_arn(stage.access_log_settings->destination_arn);
        if (!group) return report_.add(where + ".destinationArn", group.error().detail);
        const auto file = observability::log_group_file(settings_.log_group_directory, *group);
        if (!file) report_.add(where + ".destinationArn", file.error().detail);
    }

    void check_domain(const api::DomainName& domain, const std::string& path)
    {
        std::set<std::string> keys;
        for (std::size_t i = 0; i < domain.api_mappings.size(); ++i) {
            const api::ApiMapping& mapping = domain.api_mappings[i];
            const std::string where = path + ".apiMappings[" + std::to_string(i) + ']';
            if (!report_.has_problem(where + ".apiMappingKey") &&
                !keys.insert(mapping.api_mapping_key).second) {
                report_.add(where,
                            "another mapping has the same apiMappingKey \"" + mapping.api_mapping_key + '"');
            }
            check_mapping_target(mapping, where);
        }
    }

    void check_mapping_target(const api::ApiMapping& mapping, const std::string& path)
    {
        if (report_.has_problem(path + ".apiId")) return;
        const auto api = settings_.model.apis.find(mapping.api_id);
        if (api == settings_.model.apis.end()) {
            return report_.add(path + ".apiId",
                               "no API named \"" + mapping.api_id + '"' +
                                   report_.hint(mapping.api_id, keys_of(settings_.model.apis)));
        }
        const auto& stages = api->second.stages;
        if (report_.has_problem(path + ".stage") || stages.contains(mapping.stage)) return;
        report_.add(path + ".stage",
                    "the API \"" + mapping.api_id + "\" has no stage \"" + mapping.stage + '"' +
                        report_.hint(mapping.stage, keys_of(stages)));
    }

    void check_listener(std::size_t index)
    {
        const ListenerSettings& listener = settings_.listeners[index];
        const std::string path = listener_path(index);
        if (!listener.address.empty()) check_address(listener.address, path + ".address");
        if (listener.port == 0 || report_.has_problem(path + ".port")) return;
        for (std::size_t i = 0; i < index; ++i) {
            const ListenerSettings& other = settings_.listeners[i];
            const bool overlap =
                other.address == listener.address || other.address.empty() || listener.address.empty();
            if (other.port != listener.port || !overlap) continue;
            return report_.add(
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
            return report_.add(
                "gateway.admin.port",
                "port " + std::to_string(*admin.port) + " is already that of " + listener_path(i));
        }
    }

    void check_address(const std::string& address, const std::string& path)
    {
        if (net::is_ip_address(address)) return;
        report_.add(path,
                    "expected an IP address such as 127.0.0.1 or ::1, not \"" + address.substr(0, 64) + '"');
    }

    void check_limits()
    {
        const api::Limits& limits = settings_.limits;
        const std::string outbox = "gateway.limits.outboxBytes";
        const std::string message = "gateway.limits.messageBytes";
        if (limits.outbox_bytes_max >= limits.message_bytes_max || report_.has_problem(outbox, message))
            return;
        const std::string culprit = report_.is_in_the_file(outbox) ? outbox : message;
        report_.add(culprit,
                    "outboxBytes (" + format_size(static_cast<std::int64_t>(limits.outbox_bytes_max)) +
                        ") is smaller than messageBytes (" +
                        format_size(static_cast<std::int64_t>(limits.message_bytes_max)) +
                        "): the largest message could never be sent");
    }

    static std::string listener_path(std::size_t index)
    {
        return "gateway.listeners[" + std::to_string(index) + ']';
    }

    const Settings& settings_;
    CheckReport& report_;
};

}  // namespace

void check_references(const Settings& settings,
                      const std::vector<std::string>& builtin_handlers,
                      Reader& reader)
{
    CheckReport report(reader);
    check_integrations(settings, builtin_handlers, report);
    Checks(settings, report).run();
}

}  // namespace postern::config
