// SPDX-License-Identifier: Apache-2.0
#include "api/limits.hpp"
#include "config/sections.hpp"

namespace postern::config {

namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = 1024 * kKiB;

}  // namespace

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
                  "Handshakes of a stage whose `$connect` is running, for each shard; more are queued."),
            count(
                "queuedConnects",
                &Limits::queued_connects_max,
                0,
                1'000'000,
                "Handshakes of a stage that wait because of `pendingConnects`, for each shard; more get 503 "
                "with `Retry-After`."),
            time("connectQueueTimeout",
                 &Limits::connect_queue_timeout,
                 kHour,
                 "A handshake that has been queued for so long gets 503 with `Retry-After`."),
            count("concurrentDisconnects",
                  &Limits::concurrent_disconnects_max,
                  1,
                  1'000'000,
                  "`$disconnect` events of a stage being handled at once, for each shard; more wait, and "
                  "none is lost."),
            count("queuedDisconnects",
                  &Limits::queued_disconnects_max,
                  1,
                  10'000'000,
                  "`$disconnect` events of a stage that wait because of `concurrentDisconnects`, for each "
                  "shard; "
                  "while so many wait, new handshakes get 503 with `Retry-After`. None is lost."),
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
                  "Beyond AWS: groups that a connection may be in; joining one more fails with "
                  "`LimitExceeded` (429)."),
        });
    return table;
}

}  // namespace postern::config
