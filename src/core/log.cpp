// SPDX-License-Identifier: Apache-2.0
#include "core/log.hpp"

#include "core/clock.hpp"
#include "core/json_text.hpp"
#include "core/line_writer.hpp"
#include "core/repeat_limit.hpp"
#include "core/text.hpp"
#include "core/time_text.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>
#include <unistd.h>

namespace postern::log {

namespace {

std::atomic<Level> g_level{Level::Info};
std::atomic<bool> g_json{false};
RepeatLimit g_repeats(kRepeatsPerSecond);

constexpr std::chrono::seconds kFlushPatience{1};  // for a reader that does not read
constexpr std::chrono::seconds kFlushTotal{10};    // for one that does

constexpr std::string_view kNames[] = {"debug", "info", "warn", "error", "off"};

/// To stderr: through the line writer, when there is one.
class StderrSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    void write_through(LineWriter* writer)
    {
        auto destination = writer == nullptr ? nullptr : writer->open_descriptor(STDERR_FILENO, "stderr");
        const std::lock_guard lock(mutex_);
        writer_ = writer;
        destination_ = std::move(destination);
    }

protected:
    void sink_it_(const spdlog::details::log_msg& message) override
    {
        thread_local std::string line;
        line.assign(message.payload.data(), message.payload.size());
        line += '\n';
        if (const auto destination = where()) return destination->append(line);
        std::fwrite(line.data(), 1, line.size(), stderr);  // one call: whole lines also from several threads
    }
    void flush_() override
    {
        if (writer_ != nullptr) static_cast<void>(writer_->flush(kFlushPatience, kFlushTotal));
    }

private:
    std::shared_ptr<LineDestination> where()
    {
        const std::lock_guard lock(mutex_);
        return destination_;
    }

    LineWriter* writer_ = nullptr;  ///< the main thread's
    std::mutex mutex_;              ///< the writer's thread may log while the main thread ends it
    std::shared_ptr<LineDestination> destination_;
};

struct Front {
    std::shared_ptr<StderrSink> sink = std::make_shared<StderrSink>();
    spdlog::logger logger{"postern", sink};

    Front() { logger.set_level(spdlog::level::trace); }
};

Front& front()
{
    static Front made;
    return made;
}

/// Needs no quotes. What a client sent may hold anything, also what a terminal would obey.
bool is_plain(std::string_view value)
{
    return !value.empty() && text::is_utf8(value) && std::all_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '\\' && c != '\x7F';
    });
}

std::string as_json(
    EpochMillis now, Level level, std::string_view event, Fields fields, std::uint64_t suppressed)
{
    std::string line = R"({"time":")" + time_text::iso8601(now) + R"(","level":")";
    line += kNames[static_cast<int>(level)];
    line += R"(","event":)";
    json::append_quoted(line, event);
    for (const Field& field : fields) {
        line += ',';
        json::append_quoted(line, field.name);
        line += ':';
        if (field.is_number) {
            line += field.value;
        } else {
            json::append_quoted(line, text::to_utf8_lossy(field.value));
        }
    }
    if (suppressed > 0) line += ",\"suppressed\":" + std::to_string(suppressed);
    return line + '}';
}

std::string as_text(
    EpochMillis now, Level level, std::string_view event, Fields fields, std::uint64_t suppressed)
{
    std::string line = time_text::iso8601(now) + ' ';
    line += kNames[static_cast<int>(level)];
    line += ' ';
    line += event;
    for (const Field& field : fields) {
        line += ' ';
        line += field.name;
        line += '=';
        if (is_plain(field.value)) {
            line += field.value;
        } else {
            json::append_quoted(line, text::to_utf8_lossy(field.value));
        }
    }
    if (suppressed > 0) line += " suppressed=" + std::to_string(suppressed);
    return line;
}

enum class Repeats { All, Limited };

void write(Level level, std::string_view event, Fields fields, Repeats repeats = Repeats::All)
{
    if (!is_enabled(level)) return;
    const EpochMillis now = SystemClock().wall();  // the second that is counted is the one that is written
    std::uint64_t suppressed = 0;
    if (repeats == Repeats::Limited) {
        const auto admitted = g_repeats.admit(event, static_cast<std::uint32_t>(now / 1000));
        if (!admitted) return;
        suppressed = *admitted;
    }
    front().logger.info(g_json.load(std::memory_order_relaxed)
                            ? as_json(now, level, event, fields, suppressed)
                            : as_text(now, level, event, fields, suppressed));
}

}  // namespace

void configure(Level level, Format format)
{
    g_level = level;
    g_json = format == Format::Json || (format == Format::Auto && isatty(STDERR_FILENO) == 0);
}

void write_through(LineWriter* writer)
{
    front().sink->write_through(writer);
}

bool is_enabled(Level level)
{
    return level >= g_level.load(std::memory_order_relaxed);
}

void debug(std::string_view event, Fields fields)
{
    write(Level::Debug, event, fields);
}

void info(std::string_view event, Fields fields)
{
    write(Level::Info, event, fields);
}

void refusal(std::string_view event, Fields fields)
{
    write(Level::Info, event, fields, Repeats::Limited);
}

void warn(std::string_view event, Fields fields)
{
    write(Level::Warn, event, fields, Repeats::Limited);
}

void error(std::string_view event, Fields fields)
{
    write(Level::Error, event, fields);
}

void flush()
{
    front().logger.flush();
}

}  // namespace postern::log
