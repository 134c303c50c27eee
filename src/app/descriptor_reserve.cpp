// SPDX-License-Identifier: Apache-2.0
#include "app/descriptor_reserve.hpp"

#include <algorithm>

namespace postern::app {

namespace {

/// The same for all gateways that are not large.
constexpr std::size_t kReservedMin = 96;
/// Log files, the loops of the main, admin and functions' threads, the admin listener's 32 callers, plugins'
/// own.
constexpr std::size_t kNode = 64;
/// The epoll sets of the poller and of Asio, whose timer and wake-up have one each.
constexpr std::size_t kShard = 4;
/// Of a function's process: it, its output, its Runtime API's listener and connections, pipes while it
/// starts.
constexpr std::size_t kInstance = 6;

}  // namespace

std::size_t reserved_descriptors(const config::Settings& settings, std::size_t shards)
{
    std::size_t reserved = kNode + shards * (kShard + settings.listeners.size());
    for (const auto& [name, function] : settings.model.functions) {
        const std::int64_t instances =
            function.reserved_concurrent_executions.value_or(settings.functions.concurrency);
        // A function elsewhere has one connection for each invocation.
        reserved += static_cast<std::size_t>(instances) * (function.endpoint.empty() ? kInstance : 1);
    }
    return std::max(reserved, kReservedMin);
}

std::size_t connections_fitting(std::size_t descriptors, std::size_t reserved)
{
    return descriptors > 2 * reserved ? descriptors - reserved : descriptors / 2;
}

}  // namespace postern::app
