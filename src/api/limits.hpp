// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace postern::api {

/// What happens to overlapping messages of one connection. AWS dispatches them concurrently (spec data-plane
/// 6).
enum class Ordering { None, Connection };

/// What becomes of a post to a connection whose $connect is still running. On AWS it is gone (spec
/// data-plane 7.2).
enum class PostInsideConnect { Gone, Queue };

/// Every bound of a connection, AWS's quotas as defaults (spec data-plane 6); those of Postern's own are
/// marked "own". Zero switches a duration or rate off.
struct Limits {
    std::size_t frame_bytes_max = 32 * 1024;          ///< payload of one frame; larger closes with 1009
    std::size_t message_bytes_max = 128 * 1024;       ///< joined frames, route responses, @connections bodies
    std::chrono::milliseconds idle_timeout{600'000};  ///< no data message either way: 1001 "Going away"
    std::chrono::milliseconds max_duration{7'200'000};  ///< since the 101: 1001 "Going away"
    double new_connections_per_second = 500;            ///< handshakes of the whole node; above it 429
    double new_connections_burst = 500;                 ///< own: AWS names no burst; one second's worth
    bool ping_resets_idle = true;  ///< a client's ping counts as activity (UNCONFIRMED; STACKD does)

    // Own, and of each stage on each shard.
    std::size_t pending_connects_max = 1024;                 ///< handshakes whose $connect is running
    std::size_t queued_connects_max = 4096;                  ///< handshakes waiting for that; more get 503
    std::chrono::milliseconds connect_queue_timeout{5'000};  ///< a handshake waits no longer: 503
    std::size_t concurrent_disconnects_max = 256;            ///< $disconnect events being handled
    std::size_t queued_disconnects_max = 65'536;  ///< those that wait; with more, new handshakes get 503

    std::size_t connections_max = 0;                      ///< own: 0 = as many as file descriptors allow
    std::size_t header_bytes_max = 16 * 1024;             ///< own: request line and fields
    std::chrono::milliseconds handshake_timeout{10'000};  ///< own: TLS handshake and request headers together
    std::chrono::milliseconds close_timeout{5'000};       ///< own: wait for the peer's close frame
    std::size_t outbox_bytes_max = 1024 * 1024;           ///< own: unsent bytes of one connection
    std::size_t messages_in_flight_max = 32;  ///< own: of one connection; more waits in the socket
    Ordering ordering = Ordering::None;       ///< Connection: one message of a connection at a time

    // Own, and off unless set. An IPv6 address counts as its /64.
    std::size_t connections_per_address_max = 0;    ///< sockets; more are closed as they come
    double connects_per_second_per_address = 0;     ///< handshakes; above it 429
    double connects_burst_per_address = 0;          ///< 0: one second's worth
    double messages_per_second_per_connection = 0;  ///< above it the client is read more slowly
    double messages_burst_per_connection = 0;       ///< 0: one second's worth
    std::size_t memory_bytes_max = 0;               ///< of the process; near it the gateway sheds (ADR 0012)

    bool accept_binary = false;  ///< beyond AWS: binary messages instead of 1003
    std::chrono::milliseconds ping_interval{
        0};                    ///< beyond AWS: server pings; unanswered for one interval: 1006
    bool compression = false;  ///< beyond AWS: permessage-deflate
    std::size_t groups_per_connection_max = 100;                      ///< beyond AWS
    PostInsideConnect post_inside_connect = PostInsideConnect::Gone;  ///< Queue: beyond AWS
};

/// spec data-plane 4 and 1.1
inline constexpr std::chrono::milliseconds kIntegrationTimeoutMin{50};
inline constexpr std::chrono::milliseconds kIntegrationTimeoutMax{29'000};
inline constexpr std::size_t kUrlBytesMax = 4096;

}  // namespace postern::api
