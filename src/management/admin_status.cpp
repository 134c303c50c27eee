// SPDX-License-Identifier: Apache-2.0
#include "management/admin_status.hpp"

#include "core/time_text.hpp"
#include "management/json_object.hpp"

#include <numeric>

namespace postern::management {

namespace {

std::string to_json(const ApiStatus& api)
{
    const auto quote = [](const std::string& stage) { return json::quoted(stage); };
    return JsonObject().add("apiId", api.api_id).add_list("stages", api.stages, quote).str();
}

std::string to_json(const ListenerStatus& listener)
{
    return JsonObject()
        .add("address", listener.address)
        .add("port", listener.port)
        .add("tls", listener.is_tls)
        .str();
}

std::string to_json(const LastReload& reload)
{
    const auto quote = [](const std::string& reason) { return json::quoted(text::to_utf8_lossy(reason)); };
    return JsonObject()
        .add("at", time_text::iso8601(reload.at))
        .add("ok", reload.outcome.ok)
        .add_list("reasons", reload.outcome.reasons, quote)
        .str();
}

}  // namespace

std::string to_json(const AdminStatus& status, EpochMillis now)
{
    const auto write = [](const auto& item) { return to_json(item); };
    const auto number = [](std::size_t count) { return std::to_string(count); };
    const auto& by_shard = status.connections;
    JsonObject out;
    out.add("version", status.version)
        .add("pid", status.pid)
        .add("startedAt", time_text::iso8601(status.started_at))
        .add("uptimeSeconds", (now - status.started_at) / 1000)
        .add("draining", status.is_draining)
        .add("configuration", status.configuration)
        .add("generation", status.generation);
    if (status.last_reload) {
        out.add_json("lastReload", to_json(*status.last_reload));
    } else {
        out.add_null("lastReload");
    }
    return out.add_list("apis", status.apis, write)
        .add_list("listeners", status.listeners, write)
        .add("connections", std::accumulate(by_shard.begin(), by_shard.end(), std::size_t{0}))
        .add("connectionsMax", status.connections_max)
        .add_list("connectionsByShard", by_shard, number)
        .str();
}

}  // namespace postern::management
