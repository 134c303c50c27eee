// SPDX-License-Identifier: Apache-2.0
#include "app/admin.hpp"

#include "core/log.hpp"
#include "net/http_url.hpp"

#include <utility>

namespace postern::app {

namespace {

/// On a port that the user did not choose the gateway does not insist: there may be another one.
Result<std::unique_ptr<server::AdminServer>> listen(const config::AdminSettings& settings,
                                                    const management::AdminApi& api)
{
    server::AdminServerOptions options;
    options.address = settings.address;
    options.port = settings.port.value_or(config::AdminSettings::kUsualPort);
    auto server = server::AdminServer::listen(options, api);
    if (server || settings.port) return server;
    log::warn("admin.port_taken", {{"port", options.port}, {"why", server.error().detail}});
    options.port = 0;
    return server::AdminServer::listen(options, api);
}

}  // namespace

Result<std::unique_ptr<Admin>> Admin::open(const config::AdminSettings& settings, AdminSources sources)
{
    std::unique_ptr<Admin> admin(new Admin(std::move(sources)));
    admin->address_ = settings.address;
    admin->api_ = std::make_unique<management::AdminApi>(
        admin->hooks(), admin->sources_.directory, admin->sources_.clock);
    auto server = listen(settings, *admin->api_);
    if (!server) return server.error();
    admin->server_ = *std::move(server);
    return admin;
}

void Admin::publish(management::AdminStatus status, Callers callers, Integrations integrations)
{
    const std::lock_guard lock(mutex_);
    status_ = std::move(status);
    callers_ = std::move(callers);
    integrations_ = std::move(integrations);
}

void Admin::start(OperatorHooks hooks)
{
    operator_ = std::move(hooks);
    server_->start();
}

void Admin::stop()
{
    server_->stop();
}

std::string Admin::url() const
{
    return "http://" + net::authority(address_, std::to_string(server_->port()));
}

management::AdminHooks Admin::hooks()
{
    management::AdminHooks hooks;
    hooks.live = [this] { return sources_.health.live(); };
    hooks.ready = [this] { return sources_.health.ready(); };
    hooks.metrics_text = sources_.metrics_text;
    hooks.status = [this] { return status(); };
    hooks.callers = [this] { return callers(); };
    hooks.reload = [this](auto done) { operator_.reload(std::move(done)); };
    hooks.drain = [this] { operator_.drain(); };
    hooks.functions = function_hooks();
    return hooks;
}

management::FunctionHooks Admin::function_hooks()
{
    management::FunctionHooks hooks;
    hooks.has = [this](std::string_view name) { return integrations()->functions().contains(name); };
    hooks.invoke = [this](const std::string& name, api::Invocation invocation, auto done) {
        integrations()->functions().invoke(name, std::move(invocation), std::move(done));
    };
    return hooks;
}

management::AdminStatus Admin::status() const
{
    management::AdminStatus status;
    {
        const std::lock_guard lock(mutex_);
        status = status_;
    }
    status.is_draining = sources_.health.is_draining();
    status.configuration = operator_.configuration;
    status.connections = sources_.connections();
    return status;
}

Admin::Callers Admin::callers() const
{
    const std::lock_guard lock(mutex_);
    return callers_;
}

Admin::Integrations Admin::integrations() const
{
    const std::lock_guard lock(mutex_);
    return integrations_;
}

}  // namespace postern::app
