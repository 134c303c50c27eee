// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connections/directory.hpp"
#include "core/clock.hpp"
#include "management/admin_reply.hpp"
#include "management/admin_status.hpp"
#include "management/callers.hpp"
#include "management/invoke_api.hpp"
#include "observability/health.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace postern::management {

/// The body of a health endpoint, and whether all is well (200) or not (503).
using HealthAnswer = observability::HealthAnswer;

/// What the gateway does for the admin listener. Called on its thread; those that take a function answer
/// through it, once, on any thread.
struct AdminHooks {
    std::function<HealthAnswer()> live;
    std::function<HealthAnswer()> ready;
    std::function<std::string()> metrics_text;  ///< Prometheus' text format 0.0.4
    std::function<AdminStatus()> status;
    std::function<std::shared_ptr<const Callers>()> callers;  ///< of today's configuration
    std::function<void(std::function<void(ReloadOutcome)>)> reload;
    std::function<void()> drain;  ///< begins it
    FunctionHooks functions;
};

/// The admin listener's endpoints (docs/admin.md). Nothing here is AWS's but the Invoke API.
class AdminApi {
public:
    AdminApi(AdminHooks hooks, const connections::Directory& directory, const Clock& clock);

    using Done = AdminDone;

    /// `request` is only looked at until handle() returns. One thread: the admin listener's.
    void handle(const CallerRequest& request, const Done& done) const;

private:
    void administer(const CallerRequest& request, std::string_view path, const Done& done) const;
    void reload(const Done& done) const;

    // admin_connections.cpp
    void list(std::string_view target, const Done& done) const;
    void connection(const CallerRequest& request, std::string_view path, const Done& done) const;
    void close(const std::string& id, std::string_view target, const Done& done) const;
    void describe(const std::string& id, const Done& done) const;

    AdminHooks hooks_;
    InvokeApi invoke_api_;
    const connections::Directory& directory_;
    const Clock& clock_;
};

}  // namespace postern::management
