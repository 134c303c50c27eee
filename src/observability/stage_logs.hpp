// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/access_log_format.hpp"
#include "api/model.hpp"
#include "core/line_writer.hpp"

#include <memory>
#include <optional>
#include <string>

namespace postern::observability {

/// Where a stage's log lines go, and how. Immutable, shared by all shards; lives in the deployment.
struct StageLogs {
    std::optional<api::AccessLogFormat> access_format;  ///< none: no access log
    std::shared_ptr<LineDestination> access;
    std::shared_ptr<LineDestination> execution;  ///< null: no route of the stage logs its execution
};

/// What the execution log tells of the events of one route.
struct ExecutionLogOptions {
    api::LoggingLevel level = api::LoggingLevel::Off;
    bool has_data_trace = false;  ///< whole events and answers, too

    bool is_on() const { return level != api::LoggingLevel::Off; }
    bool is_info() const { return level == api::LoggingLevel::Info; }
    bool is_traced() const { return is_info() && has_data_trace; }
};

/// What the stage sets for the route, property by property: routeSettings, else defaultRouteSettings, else
/// off.
ExecutionLogOptions execution_log_options(const api::Stage& stage, std::string_view route_key);

/// Opens the destinations of stages; the same destination is the same object, whichever stage or deployment
/// asks. Main thread.
class StageLogsFactory {
public:
    /// `group_directory`: where log groups are files; "" sends them to stdout. `writer` outlives this.
    StageLogsFactory(LineWriter& writer, std::string group_directory)
        : writer_(writer), group_directory_(std::move(group_directory))
    {}

    /// Null when the stage logs nothing. Io or BadInput, naming stage and destination, when it cannot be had.
    Result<std::shared_ptr<const StageLogs>> open(const api::Api& api, const api::Stage& stage) const;

private:
    Result<std::shared_ptr<LineDestination>> open_access(const api::AccessLogSettings& settings) const;

    LineWriter& writer_;
    std::string group_directory_;
};

/// Where the lines of a log group go: its file in `directory`, or with "" stdout. Main thread.
Result<std::shared_ptr<LineDestination>> open_log_group(LineWriter& writer,
                                                        const std::string& directory,
                                                        const std::string& group);

/// The word for AccessLogSettings::destination.
inline constexpr std::string_view kStdout = "stdout";

}  // namespace postern::observability
