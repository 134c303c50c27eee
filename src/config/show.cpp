// SPDX-License-Identifier: Apache-2.0
#include "config/show.hpp"

#include "config/units.hpp"

#include <algorithm>
#include <vector>

namespace postern::config {

namespace {

using Row = std::vector<std::string>;

/// Characters, not bytes: route keys may be in any script.
std::size_t width(const std::string& text)
{
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Control characters, which a name may hold, would break the lines.
std::string printable(std::string text)
{
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return text;
}

std::string aligned(std::vector<Row> rows)
{
    std::vector<std::size_t> widths;
    for (Row& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            row[i] = printable(row[i]);
            widths[i] = std::max(widths[i], width(row[i]));
        }
    }
    std::string out;
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            out += row[i];
            if (i + 1 < row.size()) out.append(widths[i] - width(row[i]) + 2, ' ');
        }
        out += '\n';
    }
    return out;
}

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

}  // namespace postern::config
