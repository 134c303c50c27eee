// SPDX-License-Identifier: Apache-2.0
#include "app/admin_report.hpp"

#include "core/json.hpp"
#include "core/table_text.hpp"
#include "net/http_url.hpp"

#include <algorithm>
#include <cstdint>

namespace postern::app {

using table_text::Row;

namespace {

std::string shown(const rapidjson::Value* value)
{
    if (value == nullptr || value->IsNull()) return "-";
    return value->IsString() ? std::string(json::as_string(*value)) : json::dump(*value);
}

std::string member(const rapidjson::Value& object, std::string_view name)
{
    return shown(json::find(object, name));
}

/// The items of a list, each as `show` has it.
template <class Show>
std::vector<std::string> items(const rapidjson::Value& object, std::string_view name, Show show)
{
    std::vector<std::string> out;
    const rapidjson::Value* list = json::find(object, name);
    if (list == nullptr || !list->IsArray()) return out;
    for (const rapidjson::Value& item : list->GetArray()) out.push_back(show(item));
    return out;
}

std::string joined(const std::vector<std::string>& texts)
{
    std::string out;
    for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
    return out;
}

const auto kAsItIs = [](const rapidjson::Value& item) { return shown(&item); };

std::string duration(const rapidjson::Value& status)
{
    const rapidjson::Value* seconds = json::find(status, "uptimeSeconds");
    if (seconds == nullptr || !seconds->IsInt64()) return "-";
    const std::int64_t all = seconds->GetInt64();
    const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    const std::string days = all >= 86'400 ? std::to_string(all / 86'400) + "d " : "";
    return days + two(all / 3600 % 24) + ':' + two(all / 60 % 60) + ':' + two(all % 60);
}

std::string listener(const rapidjson::Value& entry)
{
    std::string address = member(entry, "address");
    if (address.empty()) address = "*";
    const rapidjson::Value* tls = json::find(entry, "tls");
    const bool is_tls = tls != nullptr && tls->IsTrue();
    return (is_tls ? "wss://" : "ws://") + net::authority(address, member(entry, "port"));
}

std::string api(const rapidjson::Value& entry)
{
    return member(entry, "apiId") + " (" + joined(items(entry, "stages", kAsItIs)) + ')';
}

std::string last_reload(const rapidjson::Value* reload)
{
    if (reload == nullptr || !reload->IsObject()) return "none";
    const rapidjson::Value* ok = json::find(*reload, "ok");
    const bool is_ok = ok != nullptr && ok->IsTrue();
    return member(*reload, "at") + (is_ok ? ", in force" : ", refused");
}

/// One row for each item; the title stands at the first.
void add_rows(std::vector<Row>& rows, const std::string& title, const std::vector<std::string>& texts)
{
    for (std::size_t i = 0; i < texts.size(); ++i) rows.push_back({i == 0 ? title : "", texts[i]});
}

const std::vector<std::string>& connection_members()
{
    static const std::vector<std::string> names{
        "connectionId", "apiId", "stage", "sourceIp", "connectedAt", "lastActiveAt", "userAgent"};
    return names;
}

}  // namespace

std::string status_report(std::string_view text)
{
    const auto status = json::parse(text);
    if (!status || !status->IsObject()) return std::string(text) + '\n';
    const rapidjson::Value* reload = json::find(*status, "lastReload");
    const rapidjson::Value* draining = json::find(*status, "draining");
    std::string file = member(*status, "configuration");
    if (file.empty()) file = "built in";
    std::vector<Row> rows{{"version", member(*status, "version")},
                          {"pid", member(*status, "pid")},
                          {"up", duration(*status) + ", since " + member(*status, "startedAt")},
                          {"draining", draining != nullptr && draining->IsTrue() ? "yes" : "no"},
                          {"configuration", file + ", generation " + member(*status, "generation")},
                          {"last reload", last_reload(reload)}};
    if (reload != nullptr && reload->IsObject()) add_rows(rows, "", items(*reload, "reasons", kAsItIs));
    rows.push_back({"connections",
                    member(*status, "connections") + " of " + member(*status, "connectionsMax") +
                        ", by shard: " + joined(items(*status, "connectionsByShard", kAsItIs))});
    add_rows(rows, "listeners", items(*status, "listeners", listener));
    add_rows(rows, "APIs", items(*status, "apis", api));
    return table_text::aligned(std::move(rows));
}

std::string connection_report(std::string_view text)
{
    const auto connection = json::parse(text);
    if (!connection || !connection->IsObject()) return std::string(text) + '\n';
    std::vector<Row> rows;
    for (const std::string& name : connection_members()) rows.push_back({name, member(*connection, name)});
    return table_text::aligned(std::move(rows));
}

std::string connections_report(const std::vector<std::string>& pages)
{
    std::vector<Row> rows{{"CONNECTION", "API", "STAGE", "SOURCE", "CONNECTED", "LAST ACTIVE", "USER AGENT"}};
    for (const std::string& text : pages) {
        const auto page = json::parse(text);
        const rapidjson::Value* list = page ? json::find(*page, "connections") : nullptr;
        if (list == nullptr || !list->IsArray()) continue;
        for (const rapidjson::Value& connection : list->GetArray()) {
            Row& row = rows.emplace_back();
            for (const std::string& name : connection_members()) row.push_back(member(connection, name));
        }
    }
    return table_text::aligned(std::move(rows));
}

std::string connections_json(const std::vector<std::string>& pages)
{
    std::vector<std::string> all;
    for (const std::string& text : pages) {
        const auto page = json::parse(text);
        if (!page) continue;
        for (std::string& entry :
             items(*page, "connections", [](const rapidjson::Value& item) { return json::dump(item); })) {
            all.push_back(std::move(entry));
        }
    }
    std::string out;
    for (const std::string& entry : all) out += (out.empty() ? "" : ",") + entry;
    return "{\"connections\":[" + out + "]}";
}

std::size_t count_of(std::string_view text)
{
    const auto page = json::parse(text);
    const rapidjson::Value* list = page ? json::find(*page, "connections") : nullptr;
    return list != nullptr && list->IsArray() ? list->Size() : 0;
}

std::string next_of(std::string_view text)
{
    const auto page = json::parse(text);
    const rapidjson::Value* next = page ? json::find(*page, "next") : nullptr;
    return next != nullptr && next->IsString() ? std::string(json::as_string(*next)) : "";
}

std::string error_report(std::string_view text)
{
    const auto error = json::parse(text);
    const rapidjson::Value* message = error ? json::find(*error, "message") : nullptr;
    if (error && message == nullptr) message = json::find(*error, "Message");  // some of Lambda's errors
    if (message == nullptr || !message->IsString()) return std::string(text);
    std::string out(json::as_string(*message));
    for (const std::string& reason : items(*error, "reasons", kAsItIs)) out += '\n' + reason;
    return out;
}

}  // namespace postern::app
