// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "management/admin_api.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace postern::server {

struct AdminServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8081;  ///< 0: the kernel chooses
    std::size_t header_bytes_max = 16 * 1024;
    std::size_t body_bytes_max = 1024 * 1024;
    std::size_t sockets_max = 32;       ///< idle ones give way to new ones; beyond, those are closed
    std::size_t invocations_max = 256;  ///< callers beside those who wait for a function; beyond: 429
    std::chrono::milliseconds request_timeout{10'000};  ///< from its first byte to its last
    std::chrono::milliseconds answer_timeout{120'000};  ///< of the gateway, which may load plugins; then 504
    /// The same for a function, which may wait for an instance, start (15 min at most) and run (15 min).
    std::chrono::milliseconds invocation_timeout{3'600'000};
    std::chrono::milliseconds idle_timeout{60'000};  ///< between requests, and for taking an answer
    std::chrono::milliseconds stop_patience{1'000};  ///< with answers that are being given
};

/// The admin listener: HTTP/1.1 with keep-alive on a thread of its own, so that it answers while every shard
/// is busy. listen(), start() and stop() on the main thread.
class AdminServer {
public:
    /// Binds; Io when the address cannot be had. `api` outlives the server.
    static Result<std::unique_ptr<AdminServer>> listen(AdminServerOptions options,
                                                       const management::AdminApi& api);
    ~AdminServer();
    AdminServer(const AdminServer&) = delete;
    AdminServer& operator=(const AdminServer&) = delete;

    std::uint16_t port() const;
    void start();

    /// Ends the thread. Answers that are being given still leave, if they come in time. The object has to
    /// stay until nobody can answer a request any more: the shards have ended.
    void stop();

private:
    class Core;
    explicit AdminServer(std::unique_ptr<Core> core);

    std::unique_ptr<Core> core_;
};

}  // namespace postern::server
