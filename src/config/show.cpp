// SPDX-License-Identifier: Apache-2.0
#include "config/show.hpp"

#include "config/units.hpp"
#include "config/yaml_writer.hpp"
#include "core/table_text.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace postern::config {

namespace {

using table_text::aligned;
using table_text::Row;

std::string stage_names(const api::Api& api)
{
    std::string out;
    for (const auto& [name, stage] : api.stages) out += (out.empty() ? "" : ",") + name;
    return out;
}

}  // namespace

std::string print_effective(const Loaded& loaded)
{
    std::vector<Row> rows;
    for (const Origin& origin : loaded.origins)
        rows.push_back({origin.path, "= " + origin.value, "# " + origin.source});
    return aligned(std::move(rows));
}

std::string routes_table(const Settings& settings)
{
    std::vector<Row> rows = {{"API", "STAGES", "ROUTE", "INTEGRATION", "TWO-WAY", "TIMEOUT"}};
    for (const auto& [api_id, api] : settings.model.apis) {
        for (const auto& [key, route] : api.routes) {
            const bool has_integration = route.integration.has_value();
            rows.push_back({api_id,
                            stage_names(api),
                            key,
                            has_integration ? route.integration->integration_uri : "-",
                            route.is_two_way() ? "yes" : "no",
                            has_integration ? format_duration(route.integration->timeout.count()) : "-"});
        }
    }
    return aligned(std::move(rows));
}

std::string native_text(const Loaded& loaded, const std::string& path)
{
    std::string name = std::filesystem::path(path).filename().string();
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c >= 0 && c < ' '; }, '?');
    return "# Made by `postern convert` from " + name + ".\n" + write_yaml(loaded.tree);
}

}  // namespace postern::config
