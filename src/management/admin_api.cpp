// SPDX-License-Identifier: Apache-2.0
#include "management/admin_api.hpp"

#include "core/log.hpp"
#include "management/json_object.hpp"

#include <algorithm>
#include <utility>

namespace postern::management {

namespace {

constexpr std::string_view kConnectionsPath = "/connections";
constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kPrometheusText = "text/plain; version=0.0.4; charset=utf-8";

AdminReply health(const HealthAnswer& answer)
{
    return {answer.is_ok ? 200 : 503, kText, answer.text + '\n', {}};
}

bool is_read(std::string_view method)
{
    return method == "GET" || method == "HEAD";
}

std::size_t host_count(const api::Headers& headers)
{
    return static_cast<std::size_t>(
        std::count_if(headers.begin(), headers.end(), [](const api::Header& header) {
            return text::iequals(header.name, "Host");
        }));
}

}  // namespace

AdminReply admin_error(int status, std::string_view message)
{
    return {status, "application/json", JsonObject().add("message", message).str(), {}};
}

AdminReply wrong_method(std::string_view allowed)
{
    AdminReply reply = admin_error(405, "The methods here are " + std::string(allowed));
    reply.allow = allowed;
    return reply;
}

AdminApi::AdminApi(AdminHooks hooks, const connections::Directory& directory, const Clock& clock)
    : hooks_(std::move(hooks)), invoke_api_(hooks_.functions, clock), directory_(directory), clock_(clock)
{}

void AdminApi::handle(const CallerRequest& request, const Done& done) const
{
    if (host_count(request.headers) != 1) return done(admin_error(400, "One Host header is expected"));
    const std::string_view path = request.target.substr(0, request.target.find('?'));
    if (path == "/healthz" || path == "/readyz" || path == "/metrics") {
        if (!is_read(request.method)) return done(wrong_method("GET, HEAD"));
        if (path == "/healthz") return done(health(hooks_.live()));
        if (path == "/readyz") return done(health(hooks_.ready()));
        return done({200, kPrometheusText, hooks_.metrics_text(), {}});
    }
    if (is_invocation(request.target)) return invoke_api_.handle(request, *hooks_.callers(), done);
    // Whoever may not is not told what there is either.
    if (const auto why = hooks_.callers()->refuse_administration(request, clock_.wall())) {
        log::refusal("admin.refused",
                     {{"method", request.method},
                      {"path", text::to_utf8_lossy(path)},
                      {"source_ip", request.source_ip},
                      {"why", text::to_utf8_lossy(std::string_view(*why).substr(0, why->find('\n')))}});
        return done(admin_error(403, *why));
    }
    administer(request, path, done);
}

void AdminApi::administer(const CallerRequest& request, std::string_view path, const Done& done) const
{
    if (path == "/status") {
        if (!is_read(request.method)) return done(wrong_method("GET, HEAD"));
        return done({200, "application/json", to_json(hooks_.status(), clock_.wall()), {}});
    }
    if (path == "/reload") {
        return request.method == "POST" ? reload(done) : done(wrong_method("POST"));
    }
    if (path == "/drain") {
        if (request.method != "POST") return done(wrong_method("POST"));
        log::info("admin.drain", {{"source_ip", request.source_ip}});
        hooks_.drain();
        return done({202, "application/json", JsonObject().add("draining", true).str(), {}});
    }
    if (path == kConnectionsPath) {
        if (!is_read(request.method)) return done(wrong_method("GET, HEAD"));
        return list(request.target, done);
    }
    if (path.starts_with(kConnectionsPath) && path[kConnectionsPath.size()] == '/') {
        return connection(request, path.substr(kConnectionsPath.size() + 1), done);
    }
    done(admin_error(404,
                     "There is nothing here; see /status, /connections, /reload, /drain, /metrics, /healthz, "
                     "/readyz and /2015-03-31/functions/NAME/invocations"));
}

void AdminApi::reload(const Done& done) const
{
    hooks_.reload([done](const ReloadOutcome& outcome) {
        if (outcome.ok) return done({200, "application/json", JsonObject().add("reloaded", true).str(), {}});
        AdminReply reply = admin_error(422, "");
        reply.body =
            JsonObject()
                .add("message", "The new configuration was refused; the old one is in force")
                .add_list("reasons",
                          outcome.reasons,
                          [](const std::string& reason) { return json::quoted(text::to_utf8_lossy(reason)); })
                .str();
        done(std::move(reply));
    });
}

}  // namespace postern::management
