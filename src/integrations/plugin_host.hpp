// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/gateway_error.hpp"
#include "api/header.hpp"
#include "connections/directory.hpp"
#include "net/shard.hpp"

#include <postern/plugin.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::integrations {

/// What Lambda tells of an invocation, for the execution log; nothing of a plugin's.
struct InvocationNote {
    std::string request_id;                      ///< Lambda's own
    std::shared_ptr<const std::string> payload;  ///< what the function said, as it came; null: nothing
    std::optional<std::string> function_error;   ///< the errorMessage of a function that failed
    std::string configuration_error;             ///< in AWS's words, where they are other than the failure's
};

/// What a handler answered, as values.
struct InvokeReply {
    int status_code = 200;
    std::string_view body;
    bool is_binary = false;
    api::Headers headers;
    InvocationNote note = {};
};

/// An integration that has failed. What the client is told is `refusal`; `why` is for the log.
struct InvokeFailure {
    api::Refusal refusal = api::Refusal::IntegrationFailed;
    std::string_view why;
    InvocationNote note = {};
};

/// Where invocations wait for their answers: one for each shard. Called on that shard's thread.
class CallHome {
public:
    virtual void on_reply(std::uint64_t call, const InvokeReply& reply) = 0;
    virtual void on_failure(std::uint64_t call, const InvokeFailure& failure) = 0;

protected:
    ~CallHome() = default;
};

/// Brings the answers of handlers and functions home to their shard, and is the gateway's side of the plugin
/// interface, which gives handlers @connections. Thread: any, once all homes are added.
class PluginHost {
public:
    explicit PluginHost(const connections::Directory& directory) : directory_(directory) {}

    /// In the order of the shards' indexes.
    void add(net::Shard& shard, CallHome& home) { homes_.push_back({&shard, &home}); }

    /// The table that plugins get; register_handler and log are filled in by whoever loads one
    /// (PluginLibrary).
    postern_host table();

    void reply(postern_token token, const InvokeReply& reply) const;
    void fail(postern_token token, const InvokeFailure& failure) const;
    const connections::Directory& directory() const { return directory_; }

private:
    struct Home {
        net::Shard* shard = nullptr;
        CallHome* calls = nullptr;
    };
    const connections::Directory& directory_;
    std::vector<Home> homes_;
};

}  // namespace postern::integrations
