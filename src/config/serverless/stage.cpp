// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/stage.hpp"

#include <string>
#include <utility>

namespace postern::config::serverless {

namespace {

/// The Framework's line, unless the file has another.
constexpr const char* kAccessLogFormat =
    "$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] "
    "\"$context.eventType $context.routeKey $context.connectionId\" $context.requestId";

void add(Node& map, std::string key, Node value)
{
    const Position where = value.where;
    map.entries.push_back({std::move(key), where, std::move(value)});
}

/// Whether a switch of the logs is on; those that nobody sets are.
bool is_on(Variables& file, const Node& logs, std::string_view name)
{
    return file.text(logs, name, "true") != "false";
}

Node setting(Variables& file, const Node& logs, std::string_view name, const char* otherwise)
{
    const Node* found = file.find(logs, name);
    return found != nullptr ? file.resolve(*found) : scalar_node(otherwise, logs.where);
}

}  // namespace

Node native_stages(Variables& file, const Service& service)
{
    const Position& where = service.stage_place;
    Node stage = map_node(where);
    const Node* logs = file.find_path(file.root(), "provider.logs.websocket");
    const bool is_logged = logs != nullptr && (logs->type == Node::Type::Map || logs->text == "true");
    if (is_logged && is_on(file, *logs, "accessLogging")) {
        const std::string group = "/aws/websocket/" + service.name + '-' + service.stage;
        Node access_log = map_node(logs->where);
        add(access_log,
            "destinationArn",
            scalar_node("arn:aws:logs:" + service.region + ':' + service.account_id + ":log-group:" + group,
                        logs->where));
        add(access_log, "format", setting(file, *logs, "format", kAccessLogFormat));
        add(stage, "accessLogSettings", std::move(access_log));
    }
    if (is_logged && is_on(file, *logs, "executionLogging")) {
        Node settings = map_node(logs->where);
        add(settings, "loggingLevel", setting(file, *logs, "level", "INFO"));
        add(settings, "dataTraceEnabled", setting(file, *logs, "fullExecutionData", "true"));
        add(stage, "defaultRouteSettings", std::move(settings));
    }
    Node stages = map_node(where);
    stages.entries.push_back({service.stage, where, std::move(stage)});
    return stages;
}

}  // namespace postern::config::serverless
