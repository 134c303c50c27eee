// SPDX-License-Identifier: Apache-2.0
#include "observability/stage_logs.hpp"

#include "observability/log_group.hpp"

#include <algorithm>
#include <unistd.h>

namespace postern::observability {

namespace {

bool logs_executions(const api::Api& api, const api::Stage& stage)
{
    // "" is no route: a message without one has the stage's defaults.
    return execution_log_options(stage, {}).is_on() ||
           std::any_of(api.routes.begin(), api.routes.end(), [&](const auto& route) {
               return execution_log_options(stage, route.first).is_on();
           });
}

}  // namespace

ExecutionLogOptions execution_log_options(const api::Stage& stage, std::string_view route_key)
{
    ExecutionLogOptions options;
    const auto take = [&](const api::RouteSettings& settings) {
        options.level = settings.logging_level.value_or(options.level);
        options.has_data_trace = settings.data_trace_enabled.value_or(options.has_data_trace);
    };
    take(stage.default_route_settings);
    const auto own = stage.route_settings.find(route_key);
    if (own != stage.route_settings.end()) take(own->second);
    return options;
}

Result<std::shared_ptr<const StageLogs>> StageLogsFactory::open(const api::Api& api,
                                                                const api::Stage& stage) const
{
    const auto explain = [&](const Error& error) {
        return Error(error.kind, "api " + api.api_id + ", stage " + stage.stage_name + ": " + error.detail);
    };
    auto logs = std::make_shared<StageLogs>();
    if (stage.access_log_settings) {
        Result<api::AccessLogFormat> format = api::AccessLogFormat::parse(stage.access_log_settings->format);
        if (!format) return explain(format.error());
        Result<std::shared_ptr<LineDestination>> destination = open_access(*stage.access_log_settings);
        if (!destination) return explain(destination.error());
        logs->access_format = *std::move(format);
        logs->access = *std::move(destination);
    }
    if (logs_executions(api, stage)) {
        Result<std::shared_ptr<LineDestination>> destination =
            open_log_group(writer_, group_directory_, execution_log_group(api.api_id, stage.stage_name));
        if (!destination) return explain(destination.error());
        logs->execution = *std::move(destination);
    }
    if (logs->access == nullptr && logs->execution == nullptr) return std::shared_ptr<const StageLogs>();
    return std::shared_ptr<const StageLogs>(std::move(logs));
}

Result<std::shared_ptr<LineDestination>> StageLogsFactory::open_access(
    const api::AccessLogSettings& settings) const
{
    if (settings.destination.empty() && !settings.destination_arn.empty()) {
        const Result<std::string> group = log_group_of_arn(settings.destination_arn);
        if (!group) return group.error();
        return open_log_group(writer_, group_directory_, *group);
    }
    if (settings.destination.empty() || settings.destination == kStdout) {
        return writer_.open_descriptor(STDOUT_FILENO, std::string(kStdout));
    }
    return writer_.open_file(settings.destination);
}

Result<std::shared_ptr<LineDestination>> open_log_group(LineWriter& writer,
                                                        const std::string& directory,
                                                        const std::string& group)
{
    const Result<std::string> file = log_group_file(directory, group);
    if (!file) return file.error();
    if (directory.empty()) return writer.open_descriptor(STDOUT_FILENO, std::string(kStdout));
    return writer.open_file(*file);
}

}  // namespace postern::observability
