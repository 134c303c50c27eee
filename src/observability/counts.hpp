// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/histogram.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace postern::observability {

/// Adjacent cells belong to different threads: each has cache lines of its own.
inline constexpr std::size_t kCacheLine = 64;

/// What one shard counts for one route: AWS's six (spec config-plane 4.3).
struct alignas(kCacheLine) RouteCounts {
    Counter connects;
    Counter messages_in;
    Counter messages_out;
    Counter integration_errors;
    Counter client_errors;
    Counter execution_errors;
    Histogram integration_latency;
};

/// A close code as a label; codes that clients make up share one.
enum class CloseClass : std::uint8_t {
    Normal,
    GoingAway,
    Protocol,
    Unsupported,
    NoStatus,
    Abnormal,
    InvalidUtf8,
    Policy,
    TooBig,
    Internal,
    Library,
    Application,
    Other,  // the last
};
inline constexpr std::size_t kCloseClasses = static_cast<std::size_t>(CloseClass::Other) + 1;
CloseClass close_class(std::uint16_t code);
std::string_view to_string(CloseClass close);

/// What one shard counts for one stage.
struct alignas(kCacheLine) StageCounts {
    Gauge connections;
    Counter opened;
    std::array<Counter, kCloseClasses> closed;
    RouteCounts unrouted;  ///< what belongs to no route: posts, messages that select none

    void open()
    {
        connections.add(1);
        opened.add();
    }
    void close(std::uint16_t code)
    {
        connections.add(-1);
        closed[static_cast<std::size_t>(close_class(code))].add();
    }
};

/// One cell for each shard; the shard whose index it has writes it.
template <class Counts>
class PerShard {
public:
    explicit PerShard(std::size_t shards) : cells_(std::make_unique<Counts[]>(shards)), shards_(shards) {}
    Counts& operator[](std::size_t shard) const { return cells_[shard]; }
    const Counts* begin() const { return cells_.get(); }
    const Counts* end() const { return cells_.get() + shards_; }

private:
    std::unique_ptr<Counts[]> cells_;
    std::size_t shards_;
};

using RouteSeries = PerShard<RouteCounts>;
using StageSeries = PerShard<StageCounts>;

/// Limits that close, refuse or slow down a client.
enum class Limit : std::uint8_t {
    FrameBytes,
    MessageBytes,
    OutboxBytes,
    IdleTimeout,
    MaxDuration,
    PingTimeout,
    HandshakeTimeout,
    ConnectRate,
    ConnectQueue,
    ConnectQueueTimeout,
    DisconnectQueue,
    AddressConnections,
    AddressConnectRate,
    MessageRate,
    Memory,
    Sockets,  // the last
};
inline constexpr std::size_t kLimits = static_cast<std::size_t>(Limit::Sockets) + 1;
std::string_view to_string(Limit limit);

/// Answers of @connections by method and status; what has no place of its own counts as "other".
class ApiRequestCounts {
public:
    static constexpr std::array<std::string_view, 4> kMethods{"POST", "GET", "DELETE", "other"};
    static constexpr std::array<std::string_view, 9> kStatuses{
        "200", "204", "400", "403", "404", "410", "413", "429", "other"};

    void add(std::string_view method, int status);
    std::uint64_t value(std::size_t method, std::size_t status) const
    {
        return counts_[method * kStatuses.size() + status].value();
    }

private:
    std::array<Counter, kMethods.size() * kStatuses.size()> counts_;
};

/// What one shard counts whatever the stage.
struct alignas(kCacheLine) ShardCounts {
    std::array<Counter, kLimits> limits;
    ApiRequestCounts api_requests;

    void hit(Limit limit) { limits[static_cast<std::size_t>(limit)].add(); }
};

}  // namespace postern::observability
