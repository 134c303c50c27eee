// SPDX-License-Identifier: Apache-2.0
#include "config/sections.hpp"
#include "config/settings.hpp"

namespace postern::config {

namespace {

const Section& plugin_section()
{
    using Of = Properties<PluginSettings>;
    static const Section table =
        Of::section("plugin",
                    "A shared object with handlers, which routes name as `plugin:NAME.HANDLER`.",
                    {
                        Of::path("library", &PluginSettings::library, "The shared object.").required(),
                        Of::json("settings",
                                 &PluginSettings::settings,
                                 "Handed to the plugin as JSON. Unquoted scalars keep their YAML 1.2 type: "
                                 "`null`, `true`, `12`, "
                                 "`1.5`; everything else is text."),
                    });
    return table;
}

}  // namespace

const Section& root_section()
{
    using Of = Properties<Settings>;
    static const Section table = Of::section(
        "postern",
        "The whole file.",
        {
            Of::nested(
                Kind::Map,
                "apis",
                api_section,
                [](Settings& settings, const std::string& key, const Node&) {
                    api::Api& made = settings.model.apis[key];
                    made.api_id = key;
                    made.name = key;
                    return &made;
                },
                "The WebSocket APIs, each under its apiId.")
                .required()
                .with_keys("[a-z0-9][a-z0-9-]{0,63}", "an apiId: 1 to 64 of a-z, 0-9 and -, not - first")
                .with_items(1, 10'000, "at least one API is required"),
            Of::nested(
                Kind::Map,
                "domainNames",
                domain_name_section,
                [](Settings& settings, const std::string& key, const Node&) {
                    api::DomainName& made = settings.model.domain_names[key];
                    made.domain_name = key;
                    return &made;
                },
                "Custom domain names: a client that connects with one of them as Host reaches what its "
                "mappings say.")
                .with_keys(
                    "(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*",
                    "a host name in lower case, such as ws.example.com"),
            Of::nested(
                Kind::Map,
                "plugins",
                plugin_section,
                [](Settings& settings, const std::string& key, const Node&) {
                    return &settings.plugins[key];
                },
                "The plugins, each under the name that routes use.")
                .with_keys("[A-Za-z0-9_-]{1,64}", "a plugin's name: 1 to 64 of A-Z, a-z, 0-9, _ and -"),
            Of::nested(
                Kind::Map,
                "functions",
                function_section,
                [](Settings& settings, const std::string& key, const Node&) {
                    api::Function& made = settings.model.functions[key];
                    made.function_name = key;
                    return &made;
                },
                "The Lambda functions, each under its name.")
                .with_keys("[A-Za-z0-9_-]{1,64}", "a function's name: 1 to 64 of A-Z, a-z, 0-9, _ and -"),
            Of::nested(
                Kind::Object,
                "gateway",
                gateway_section,
                [](Settings& settings, const std::string&, const Node&) { return &settings; },
                "The gateway itself: what AWS does not let one choose.")
                .always_there(),
            Of::text(
                "region",
                [](auto& settings) -> auto& { return settings.model.region; },
                "The AWS region that events, host names and signatures speak of.")
                .matching("[a-z]{2}(-[a-z]+)+-[0-9]{1,2}", "an AWS region such as us-east-1"),
            Of::text(
                "accountId",
                [](auto& settings) -> auto& { return settings.model.account_id; },
                "The AWS account that ARNs speak of.")
                .matching("[0-9]{12}", "12 digits"),
        });
    return table;
}

}  // namespace postern::config
