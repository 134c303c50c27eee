// SPDX-License-Identifier: Apache-2.0
#include "app/greeting.hpp"

#include "app/stage_path.hpp"
#include "net/http_url.hpp"

#include <cstdio>

namespace postern::app {

std::string url_of(const Endpoint& endpoint, std::string_view scheme)
{
    const bool is_any = endpoint.address.empty() || endpoint.address == "::" || endpoint.address == "0.0.0.0";
    return std::string(scheme) + (endpoint.is_tls ? "s" : "") + "://" +
           net::authority(is_any ? "localhost" : endpoint.address, std::to_string(endpoint.port));
}

void print_greeting(const Application& application)
{
    const config::Settings& settings = application.settings();
    std::printf("postern is listening\n");
    std::string first;
    bool first_is_tls = false;
    for (const Endpoint& endpoint : application.listeners().endpoints()) {
        for (const auto& [api_id, api] : settings.model.apis) {
            for (const auto& [name, stage] : api.stages) {
                const std::string url = url_of(endpoint, "ws") + stage_path(settings.model, api_id, name);
                std::printf("  %s\n", url.c_str());
                if (first.empty()) {
                    first = url;
                    first_is_tls = endpoint.is_tls;
                }
            }
        }
    }
    const std::string admin_url = application.admin_url();
    if (!admin_url.empty()) std::printf("  admin: %s\n", admin_url.c_str());
    const std::string development_ca = application.listeners().development_ca();
    if (!development_ca.empty()) std::printf("development CA: %s\n", development_ca.c_str());
    std::printf(
        "%zu shards, at most %zu connections\n", application.shard_count(), application.connections_max());
    if (!first.empty())
        std::printf("try: npx wscat %s-c %s\n", first_is_tls ? "--no-check " : "", first.c_str());
    std::fflush(stdout);
}

}  // namespace postern::app
