// SPDX-License-Identifier: Apache-2.0
#include "config/integration_checks.hpp"

#include "api/function_reference.hpp"
#include "integrations/lambda/interpreter.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace postern::config {

namespace {

constexpr std::string_view kPluginScheme = "plugin:";

class IntegrationChecks {
public:
    IntegrationChecks(const Settings& settings,
                      const std::vector<std::string>& builtin_handlers,
                      CheckReport& report)
        : settings_(settings), builtin_handlers_(builtin_handlers), report_(report)
    {}

    void run()
    {
        for (const auto& [name, plugin] : settings_.plugins) check_plugin(name);
        for (const auto& [api_id, api] : settings_.model.apis) {
            for (const auto& [key, route] : api.routes) {
                check_route(api, route, join(join("apis", api_id) + ".routes", key));
            }
        }
        for (const auto& [name, function] : settings_.model.functions) {
            check_function(function, join("functions", name));
        }
    }

private:
    void check_plugin(const std::string& name)
    {
        if (is_builtin(name))
            report_.add("plugins." + name, "the name \"" + name + "\" belongs to a built-in handler");
    }

    void check_function(const api::Function& function, const std::string& path)
    {
        if (!function.endpoint.empty()) return;
        if (!function.remote_name.empty()) {
            report_.add(path + ".remoteName", "belongs to endpoint, and there is none");
        }
        if (function.runtime.empty() && !report_.has_problem(path, path + ".runtime")) {
            report_.add(path, "runtime is required for a function that runs here");
        }
        using integrations::lambda::Language;
        const bool is_interpreted = integrations::lambda::language_of(function.runtime) != Language::Compiled;
        if (is_interpreted && function.handler.empty() && !report_.has_problem(path, path + ".handler")) {
            report_.add(path, "handler is required for the runtime " + function.runtime);
        }
        if (!is_interpreted && !function.runtime.empty() && !function.inline_code.empty()) {
            report_.add(path + ".inlineCode", "the runtime " + function.runtime + " has no inline code");
        }
    }

    void check_route(const api::Api& api, const api::Route& route, const std::string& path)
    {
        const std::string where = path + ".integration";
        if (!route.integration ||
            report_.has_problem(where + ".integrationUri", where + ".plugin", where + ".integrationType")) {
            return;
        }
        const std::string& uri = route.integration->integration_uri;
        if (uri.empty()) return;  // the reader has said so
        const api::IntegrationType type = route.integration->integration_type;
        if (type == api::IntegrationType::AwsProxy) return check_function_uri(api, uri, where);
        if (type != api::IntegrationType::Plugin) {
            return report_.add(where + ".integrationType",
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
            report_integration(where,
                               "no plugin named \"" + name + '"' + report_.hint(name, handler_sources()));
        }
    }

    /// A URI with stage variables names a function for each stage.
    void check_function_uri(const api::Api& api, const std::string& uri, const std::string& where)
    {
        for (const auto& [name, stage] : api.stages) {
            const auto function =
                api::parse_function_uri(api::with_stage_variables(uri, stage.stage_variables));
            if (function && settings_.model.functions.contains(function->name)) continue;
            return report_integration(where, why_no_function(uri, function, name, stage));
        }
    }

    std::string why_no_function(const std::string& uri,
                                const std::optional<api::FunctionReference>& function,
                                const std::string& stage_name,
                                const api::Stage& stage) const
    {
        const std::string unset = api::unset_stage_variable(uri, stage.stage_variables);
        if (!unset.empty()) {
            return "the stage \"" + stage_name + "\" has no stage variable \"" + unset +
                   "\", which is to name the function: set it in the stage's stageVariables";
        }
        if (!function) {
            return "expected lambda:NAME, a function's ARN, or "
                   "arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations";
        }
        return "no function named \"" + function->name + '"' +
               report_.hint(function->name, keys_of(settings_.model.functions));
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

    /// Points at the value, however it was written, and names the property that people know.
    void report_integration(const std::string& path, std::string message)
    {
        std::string at = path;
        for (const char* name : {".integrationUri", ".plugin"}) {
            if (report_.is_in_the_file(path + name)) at = path + name;
        }
        report_.add_at(at, path, std::move(message));
    }

    const Settings& settings_;
    const std::vector<std::string>& builtin_handlers_;
    CheckReport& report_;
};

}  // namespace

void check_integrations(const Settings& settings,
                        const std::vector<std::string>& builtin_handlers,
                        CheckReport& report)
{
    IntegrationChecks(settings, builtin_handlers, report).run();
}

}  // namespace postern::config
