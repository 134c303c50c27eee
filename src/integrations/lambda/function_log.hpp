// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"
#include "core/line_writer.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace postern::integrations::lambda {

/// Where the lines of a log group go.
struct LogGroup {
    std::shared_ptr<LineDestination> destination;  ///< null: nowhere
    bool is_shared = false;  ///< with other groups: each line names its function, "[NAME] "
};

/// Finds the destination of "/aws/lambda/NAME" in FunctionSpec::log_group_directory. Main thread.
using OpenLog = std::function<Result<LogGroup>(const std::string& group, const std::string& directory)>;

/// How long things took, and what they used (spec config-plane 7.6).
struct Report {
    std::string_view request_id;
    std::chrono::microseconds duration{};
    std::optional<std::chrono::microseconds> init_duration;  ///< of a cold start
    std::int64_t memory_size_mb = 0;
    std::int64_t memory_used_mb = 0;
};

std::string start_text(std::string_view request_id);
std::string end_text(std::string_view request_id);
std::string report_text(const Report& report);
/// `status`: "error" or "timeout".
std::string init_report_text(std::chrono::microseconds duration,
                             std::string_view phase,
                             std::string_view status);

/// The end of what an invocation has logged, for X-Amz-Log-Result.
class LogTail {
public:
    static constexpr std::size_t kBytesMax = 4096;

    void add(std::string_view line);
    std::string take();

private:
    std::string text_;
};

/// The log group of one function: lines with their time in front, as CloudWatch shows it, gathered and handed
/// over together. Lives on the functions' thread.
class FunctionLog {
public:
    FunctionLog(LogGroup group, std::string_view function_name, const Clock& clock);

    /// `tail` may be null.
    void line(std::string_view text, LogTail* tail);
    /// Everything so far goes to the destination, which never blocks: what finds no room there is dropped and
    /// counted.
    void hand_over();

private:
    static constexpr std::size_t kBufferBytesMax = 128 * 1024;

    LogGroup group_;
    std::string prefix_;  ///< behind the time
    const Clock& clock_;
    std::string buffer_;
    std::string stamp_;  ///< the time of the last line, which many share
    EpochMillis stamped_at_ = -1;
};

}  // namespace postern::integrations::lambda
