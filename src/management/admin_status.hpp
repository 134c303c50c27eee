// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the admin listener tells about the gateway, as values.
namespace postern::management {

/// How an attempt to take a new configuration ended.
struct ReloadOutcome {
    bool ok = false;
    std::vector<std::string> reasons;  ///< why not; one for each mistake
};

struct LastReload {
    EpochMillis at = 0;
    ReloadOutcome outcome;
};

struct ListenerStatus {
    std::string address;  ///< "" is any
    std::uint16_t port = 0;
    bool is_tls = false;
};

struct ApiStatus {
    std::string api_id;
    std::vector<std::string> stages;
};

/// GET /status.
struct AdminStatus {
    std::string version;
    std::int64_t pid = 0;
    EpochMillis started_at = 0;
    std::string configuration;     ///< the file's name; "" for the built-in API
    std::uint64_t generation = 1;  ///< of the configuration: one more with each that was taken
    std::vector<ApiStatus> apis;
    std::vector<ListenerStatus> listeners;
    std::vector<std::size_t> connections;  ///< by shard
    std::size_t connections_max = 0;
    bool is_draining = false;
    std::optional<LastReload> last_reload;
};

/// `now` is for the uptime.
std::string to_json(const AdminStatus& status, EpochMillis now);

}  // namespace postern::management
