// SPDX-License-Identifier: Apache-2.0
#include "config/sections.hpp"
#include "config/settings.hpp"

namespace postern::config {

namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = 1024 * kKiB;

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
            {.kind = Kind::Choice, .choices = {"none", "development"}},
            "`none`: ws and http; `development`: wss and https with a certificate of a local authority, "
            "made on first use.",
            "",
            [](void* listener, const Value& choice) {
                static_cast<ListenerSettings*>(listener)->tls =
                    std::get<std::int64_t>(choice) == 0 ? TlsKind::None : TlsKind::Development;
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

const Section& limits_section()
{
    using api::Limits;
    using Of = Properties<Limits>;
    const auto size = [](const char* name,
                         std::size_t Limits::*field,
                         std::int64_t min,
                         std::int64_t max,
                         const char* doc) { return Of::number(Kind::Size, name, field, min, max, doc); };
    const auto count = [](const char* name,
                          std::size_t Limits::*field,
                          std::int64_t min,
                          std::int64_t max,
                          const char* doc) { return Of::number(Kind::Integer, name, field, min, max, doc); };
    const auto time =
        [](const char* name, std::chrono::milliseconds Limits::*field, std::int64_t max, const char* doc) {
            return Of::number(Kind::Duration, name, field, 0, max, doc);
        };
    const auto rate = [](const char* name, double Limits::*field, const char* doc) {
        return Of::number(Kind::Number, name, field, 0, 1'000'000, doc);
    };
    static const Section table = Of::section(
        "limits",
        "The bounds of a connection; AWS's quotas are the defaults. A duration or a rate of 0 switches the "
        "bound off.",
        {
            size("frameBytes",
                 &Limits::frame_bytes_max,
                 1,
                 64 * kMiB,
                 "A frame with a larger payload closes the connection with 1009."),
            size("messageBytes",
                 &Limits::message_bytes_max,
                 1,
                 64 * kMiB,
                 "Messages joined from frames, route responses, bodies of `@connections`."),
            time("idleTimeout",
                 &Limits::idle_timeout,
                 720 * kHour,
                 "Without a message in either direction for so long, the connection is closed with 1001."),
            time("maxDuration",
                 &Limits::max_duration,
                 8760 * kHour,
                 "So long after it began, a connection is closed with 1001."),
            Of::number(Kind::Number,
                       "newConnectionsPerSecond",
                       &Limits::new_connections_per_second,
                       0,
                       1'000'000,
                       "Handshakes beyond that rate get 429."),
            Of::number(Kind::Number,
                       "newConnectionsBurst",
                       &Limits::new_connections_burst,
                       1,
                       1'000'000,
                       "Handshakes at once before the rate counts."),
            Of::boolean("pingResetsIdle", &Limits::ping_resets_idle, "A client's ping counts as activity."),
            count("pendingConnects",
                  &Limits::pending_connects_max,
                  1,
                  1'000'000,
                  "Handshakes for which `$connect` is being asked, for each shard; more are queued."),
            count("queuedConnects",
                  &Limits::queued_connects_max,
                  0,
                  1'000'000,
                  "Handshakes that wait because of `pendingConnects`, for each shard; beyond it they get 503 "
                  "with `Retry-After`."),
            time("connectQueueTimeout",
                 &Limits::connect_queue_timeout,
                 kHour,
                 "A handshake that has been queued for so long gets 503 with `Retry-After`."),
            count("concurrentDisconnects",
                  &Limits::concurrent_disconnects_max,
                  1,
                  1'000'000,
                  "`$disconnect` events being handled at once, for each shard; more wait, and none is lost."),
            count("connections",
                  &Limits::connections_max,
                  0,
                  10'000'000,
                  "Connections at once; 0: as many as file descriptors allow."),
            count(
                "connectionsPerAddress",
                &Limits::connections_per_address_max,
                0,
                10'000'000,
                "Sockets of one IP address (of an IPv6 address: its /64), HTTP included; more are closed as "
                "they come. 0: no bound. Behind a proxy all clients have the proxy's address."),
            rate("connectsPerSecondPerAddress",
                 &Limits::connects_per_second_per_address,
                 "Handshakes of one address beyond that rate get 429. 0: no bound."),
            rate("connectsBurstPerAddress",
                 &Limits::connects_burst_per_address,
                 "Handshakes of one address at once before its rate counts; 0: one second's worth."),
            rate("messagesPerSecondPerConnection",
                 &Limits::messages_per_second_per_connection,
                 "A client that sends faster is read more slowly: its messages wait in its socket, and none "
                 "is "
                 "lost. 0: no bound."),
            rate("messagesBurstPerConnection",
                 &Limits::messages_burst_per_connection,
                 "Messages at once before the rate counts; 0: one second's worth."),
            size(
                "memory",
                &Limits::memory_bytes_max,
                0,
                1024 * 1024 * kMiB,
                "Resident memory of the process near which the gateway sheds load: from 80 % new handshakes "
                "get "
                "503, from 90 % clients with unsent messages are not read, from 95 % the slowest readers are "
                "closed. 0: no bound."),
            size("headerBytes", &Limits::header_bytes_max, 512, kMiB, "A request's line and header fields."),
            time("handshakeTimeout",
                 &Limits::handshake_timeout,
                 kHour,
                 "For the TLS handshake and the request's headers together."),
            time("closeTimeout", &Limits::close_timeout, kHour, "For the client's answer to a close frame."),
            size("outboxBytes",
                 &Limits::outbox_bytes_max,
                 kKiB,
                 1024 * kMiB,
                 "What may wait to be sent to a slow reader; beyond it the connection ends."),
            count("messagesInFlight",
                  &Limits::messages_in_flight_max,
                  1,
                  65'536,
                  "Messages of one connection being handled at once; more wait in the socket."),
            Of::choice(
                "ordering",
                &Limits::ordering,
                {"none", "connection"},
                "`none`: messages of one connection are handled at the same time, as on AWS; `connection`: "
                "one after the other."),
            Of::boolean(
                "acceptBinary",
                &Limits::accept_binary,
                "Beyond AWS: binary messages are handled, base64-encoded, instead of closing with 1003."),
            time("pingInterval",
                 &Limits::ping_interval,
                 kHour,
                 "Beyond AWS: the server pings so often; a ping without an answer until the next one ends "
                 "the connection."),
            Of::boolean("compression", &Limits::compression, "Beyond AWS: offer permessage-deflate."),
            count("groupsPerConnection",
                  &Limits::groups_per_connection_max,
                  1,
                  1000,
                  "Beyond AWS: groups that a connection may be in; whoever lets it join one more is told."),
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
            Of::text("userArn", &AccessKeySettings::user_arn, "How refusals name the caller."),
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
                "Where clients connect.")
                .with_items(0, 64)
                .defaulting_to("[{port: 8080}, {port: 8443, tls: development}]"),
            Of::nested(
                Kind::Object,
                "admin",
                admin_section,
                [](Settings& settings, const std::string&, const Node&) { return &settings.admin; },
                "Health, metrics and the operator's commands (docs/admin.md).")
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
                "Who may call `@connections`, signing with AWS Signature Version 4. Unless set, only callers "
                "from "
                "this machine may.")
                .with_items(0, 1000),
            Of::choice("managementAuthorization",
                       &Settings::management_authorization,
                       {"required", "none"},
                       "`none` lets anybody who reaches a listener call `@connections`."),
            Of::boolean("extensions",
                        &Settings::extensions,
                        "Beyond AWS: groups, lists, posts to many and closes with a code of one's own, over "
                        "HTTP beside `@connections`."),
            Of::choice(
                "postInsideConnect",
                [](auto& settings) -> auto& { return settings.limits.post_inside_connect; },
                {"gone", "queue"},
                "A post to a connection whose `$connect` is being asked: `gone`: 410, as on AWS; `queue`: "
                "beyond AWS, it is kept and sent right behind the 101, or dropped when the client is "
                "refused."),
            Of::number(Kind::Integer,
                       "shards",
                       &Settings::shards,
                       0,
                       1024,
                       "Threads that serve connections; 0: one for each core."),
            Of::number(Kind::Integer,
                       "workerThreads",
                       &Settings::worker_threads,
                       1,
                       1024,
                       "Threads for handlers that block."),
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
                     "Where the development certificates are kept; unless set, the user's data directory."),
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
