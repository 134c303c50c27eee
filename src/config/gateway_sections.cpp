// SPDX-License-Identifier: Apache-2.0
#include "config/sections.hpp"
#include "config/settings.hpp"

namespace postern::config {

namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kHour = 3600 * kSecond;

const Section& tls_section()
{
    using Of = Properties<ListenerSettings>;
    static const Section table = [] {
        Section made = Of::section(
            "tls",
            "The certificate of a listener. The files are read again when they change.",
            {
                Of::path("certificate", &ListenerSettings::certificate_file, "The chain, as PEM.").required(),
                Of::path("privateKey", &ListenerSettings::private_key_file, "The key, as PEM.").required(),
            });
        made.short_form = std::make_shared<const ShortForm>(ShortForm{
            {.kind = Kind::Choice, .choices = {"none", "development", "optional"}},
            "`none`: ws and http; `development`: wss and https with a certificate of a local authority, "
            "made on first use; `optional`: all four on one port, each client as it begins, with that "
            "certificate.",
            "",
            [](void* listener, const Value& choice) {
                static_cast<ListenerSettings*>(listener)->tls =
                    static_cast<TlsKind>(std::get<std::int64_t>(choice));  // in this order
            }});
        return made;
    }();
    return table;
}

const Section& listener_section()
{
    using Of = Properties<ListenerSettings>;
    static const Section table =
        Of::section("listener",
                    "Where clients connect.",
                    {
                        Of::number(Kind::Integer,
                                   "port",
                                   &ListenerSettings::port,
                                   0,
                                   65'535,
                                   "0: the kernel chooses, and the start-up message says what.")
                            .required(),
                        Of::text("address",
                                 &ListenerSettings::address,
                                 "An IP address; unless set, all of the machine's, IPv4 and IPv6."),
                        Of::nested(
                            Kind::Object,
                            "tls",
                            tls_section,
                            [](ListenerSettings& listener, const std::string&, const Node&) {
                                listener.tls = TlsKind::Files;
                                return &listener;
                            },
                            "With TLS it speaks wss and https, without it ws and http."),
                    });
    return table;
}

const Section& admin_section()
{
    using Of = Properties<AdminSettings>;
    static const Section table = [] {
        Section made =
            Of::section("admin",
                        "The admin listener: health, metrics and the operator's commands.",
                        {
                            Of::number(Kind::Integer,
                                       "port",
                                       &AdminSettings::port,
                                       0,
                                       65'535,
                                       "0: the kernel chooses. Unless set: 8081, or any other when that is "
                                       "taken. The start-up message says what it became."),
                            Of::text("address",
                                     &AdminSettings::address,
                                     "An IP address. Elsewhere than on this machine, health and metrics "
                                     "are for everybody who reaches it."),
                        });
        made.short_form = std::make_shared<const ShortForm>(
            ShortForm{{.kind = Kind::Choice, .choices = {"none"}},
                      "`none`: there is no admin listener.",
                      "",
                      [](void* admin, const Value&) { static_cast<AdminSettings*>(admin)->is_on = false; }});
        return made;
    }();
    return table;
}

const Section& log_section()
{
    using Of = Properties<Settings>;
    static const Section table = Of::section(
        "log",
        "The server's own log, on stderr, and where log groups are.",
        {
            Of::choice("level",
                       &Settings::log_level,
                       {"debug", "info", "warn", "error", "off"},
                       "The least important lines that are written."),
            Of::choice("format",
                       &Settings::log_format,
                       {"auto", "text", "json"},
                       "`auto`: text on a terminal, JSON otherwise."),
            Of::path("groupDirectory",
                     &Settings::log_group_directory,
                     "Where log groups are: the group `/aws/apigateway/chat/dev` is the file "
                     "`aws/apigateway/chat/dev.log` in it. Unless set, their lines go to stdout."),
        });
    return table;
}

const Section& access_key_section()
{
    using Of = Properties<AccessKeySettings>;
    static const Section table = Of::section(
        "accessKey",
        "One who may sign requests to `@connections`.",
        {
            Of::text("accessKeyId", &AccessKeySettings::access_key_id, "As in AWS_ACCESS_KEY_ID.")
                .required()
                .matching("[A-Za-z0-9]{4,128}", "4 to 128 letters and digits"),
            Of::text("secretAccessKey", &AccessKeySettings::secret_access_key, "As in AWS_SECRET_ACCESS_KEY.")
                .required()
                .secret()
                .matching("[!-~]{8,256}", "8 to 256 printable characters"),
            Of::text("sessionToken",
                     &AccessKeySettings::session_token,
                     "For a temporary key: requests must then carry the same X-Amz-Security-Token.")
                .secret(),
            Of::text("userArn",
                     &AccessKeySettings::user_arn,
                     "How refusals name the caller; by its accessKeyId unless set."),
            Of::json("policy",
                     &AccessKeySettings::policy,
                     "An IAM policy (Statement, Effect, Action, Resource); unless set, the key may do "
                     "everything."),
        });
    return table;
}

}  // namespace

const Section& gateway_section()
{
    using Of = Properties<Settings>;
    static const Section table = Of::section(
        "gateway",
        "The gateway itself.",
        {
            Of::nested(
                Kind::List,
                "listeners",
                listener_section,
                [](Settings& settings, const std::string&, const Node&) {
                    return &settings.listeners.emplace_back();
                },
                "Where clients connect. With functions that run here, which call back the way their client "
                "came but always with TLS, port 8080 has `tls: optional` unless set.")
                .with_items(0, 64)
                .defaulting_to("[{port: 8080}, {port: 8443, tls: development}]"),
            Of::nested(
                Kind::Object,
                "admin",
                admin_section,
                [](Settings& settings, const std::string&, const Node&) { return &settings.admin; },
                "Health, metrics and the operator's commands (docs/admin.md). A reload cannot change it.")
                .always_there(),
            Of::nested(
                Kind::Object,
                "limits",
                limits_section,
                [](Settings& settings, const std::string&, const Node&) { return &settings.limits; },
                "The bounds of a connection.")
                .always_there(),
            Of::nested(
                Kind::List,
                "accessKeys",
                access_key_section,
                [](Settings& settings, const std::string&, const Node&) {
                    return &settings.access_keys.emplace_back();
                },
                "Who may call `@connections`, the admin listener's commands and functions by name, signing "
                "with AWS Signature Version 4. Unless set, only callers from this machine may.")
                .with_items(0, 1000),
            Of::nested(
                Kind::Object,
                "functions",
                functions_section,
                [](Settings& settings, const std::string&, const Node&) { return &settings.functions; },
                "How Lambda functions are run (docs/lambda.md).")
                .always_there(),
            Of::choice("managementAuthorization",
                       &Settings::management_authorization,
                       {"required", "none"},
                       "`none`: nobody has to sign. Whoever reaches a listener may call `@connections`, and "
                       "whoever reaches the admin listener may reload, drain, list and close connections and "
                       "invoke functions (docs/admin.md)."),
            Of::boolean("extensions",
                        &Settings::extensions,
                        "Beyond AWS: groups, lists, posts to many and closes with a code of one's own, over "
                        "HTTP beside `@connections`."),
            Of::choice(
                "postInsideConnect",
                [](auto& settings) -> auto& { return settings.limits.post_inside_connect; },
                {"gone", "queue"},
                "A post to a connection whose `$connect` is still running: `gone`: 410, as on AWS; `queue`: "
                "beyond AWS, it is kept and sent right behind the 101, or dropped when the client is "
                "refused."),
            Of::number(Kind::Integer,
                       "shards",
                       &Settings::shards,
                       0,
                       256,  // what an id can name (ADR 0007)
                       "Threads that serve connections; 0: one for each core, at most 256. A reload cannot "
                       "change it."),
            Of::number(Kind::Integer,
                       "workerThreads",
                       &Settings::worker_threads,
                       1,
                       1024,
                       "Threads for handlers that block. A reload cannot change it."),
            Of::number(
                Kind::Duration,
                "drainTime",
                &Settings::drain_time,
                0,
                kHour,
                "A gateway that stops closes its connections evenly over this time, so that they do not "
                "all come back at once; 0: all at once. `$disconnect` handlers then get 29 seconds at "
                "most."),
            Of::path("dataDirectory",
                     &Settings::data_directory,
                     "Where the development certificates are kept; unless set, the user's data directory. A "
                     "reload "
                     "does not move those of a listener that stays."),
            Of::nested(
                Kind::Object,
                "log",
                log_section,
                [](Settings& settings, const std::string&, const Node&) { return &settings; },
                "The server's own log.")
                .always_there(),
        });
    return table;
}

}  // namespace postern::config
