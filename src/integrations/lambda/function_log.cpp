// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/function_log.hpp"

#include "core/text.hpp"
#include "core/time_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace postern::integrations::lambda {

namespace {

using std::chrono::microseconds;

/// "128.83 ms"
std::string milliseconds_text(microseconds duration)
{
    std::array<char, 48> out{};
    std::snprintf(out.data(), out.size(), "%.2f ms", static_cast<double>(duration.count()) / 1000.0);
    return out.data();
}

}  // namespace

std::string start_text(std::string_view request_id)
{
    return "START RequestId: " + std::string(request_id) + " Version: $LATEST";
}

std::string end_text(std::string_view request_id)
{
    return "END RequestId: " + std::string(request_id);
}

std::string report_text(const Report& report)
{
    const std::int64_t billed_ms = (report.duration.count() + 999) / 1000;
    std::string out = "REPORT RequestId: ";
    out += report.request_id;
    out += "\tDuration: " + milliseconds_text(report.duration);
    out += "\tBilled Duration: " + std::to_string(billed_ms) + " ms";
    out += "\tMemory Size: " + std::to_string(report.memory_size_mb) + " MB";
    out += "\tMax Memory Used: " + std::to_string(report.memory_used_mb) + " MB\t";
    if (report.init_duration) out += "Init Duration: " + milliseconds_text(*report.init_duration) + '\t';
    return out;
}

std::string init_report_text(microseconds duration, std::string_view phase, std::string_view status)
{
    return "INIT_REPORT Init Duration: " + milliseconds_text(duration) + "\tPhase: " + std::string(phase) +
           "\tStatus: " + std::string(status);
}

void LogTail::add(std::string_view line)
{
    text_ += line.substr(line.size() - std::min(line.size(), kBytesMax));
    text_ += '\n';
    if (text_.size() > kBytesMax) text_.erase(0, text_.size() - kBytesMax);
}

std::string LogTail::take()
{
    std::size_t begin = 0;  // behind the rest of a character that was cut
    while (begin < text_.size() && (static_cast<unsigned char>(text_[begin]) & 0xC0U) == 0x80U) ++begin;
    return text::to_utf8_lossy(std::exchange(text_, {}).substr(begin));
}

FunctionLog::FunctionLog(LogGroup group, std::string_view function_name, const Clock& clock)
    : group_(std::move(group)), clock_(clock)
{
    if (group_.is_shared) prefix_ = '[' + std::string(function_name) + "] ";
}

void FunctionLog::line(std::string_view text, LogTail* tail)
{
    if (tail != nullptr) tail->add(text);
    if (group_.destination == nullptr) return;
    const EpochMillis now = clock_.wall();
    if (now != stamped_at_) {
        stamp_ = time_text::iso8601(now) + ' ';
        stamped_at_ = now;
    }
    // Runtimes join the lines of one event with carriage returns, for CloudWatch; people read lines.
    for (const std::string_view part : text::split(text, '\r')) {
        buffer_ += stamp_;
        buffer_ += prefix_;
        if (text::is_utf8(part)) {
            buffer_ += part;
        } else {
            buffer_ += text::to_utf8_lossy(part);
        }
        buffer_ += '\n';
    }
    if (buffer_.size() > kBufferBytesMax) hand_over();
}

void FunctionLog::hand_over()
{
    if (buffer_.empty()) return;
    group_.destination->append(buffer_);
    buffer_.clear();
}

}  // namespace postern::integrations::lambda
