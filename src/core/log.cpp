// SPDX-License-Identifier: Apache-2.0
#include "core/log.hpp"

#include "core/clock.hpp"
#include "core/json_text.hpp"
#include "core/text.hpp"
#include "core/time_text.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <unistd.h>

namespace postern::log {

namespace {

std::atomic<Level> g_level{Level::Info};
std::atomic<bool> g_json{false};

constexpr std::string_view kNames[] = {"debug", "info", "warn", "error", "off"};

spdlog::logger& sink()
{
    static const std::shared_ptr<spdlog::logger> logger = [] {
        auto made =
            std::make_shared<spdlog::logger>("postern", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%v");
        made->set_level(spdlog::level::trace);
        return made;
    }();
    return *logger;
}

/// Needs no quotes. What a client sent may hold anything, also what a terminal would obey.
bool is_plain(std::string_view value)
{
    return !value.empty() && text::is_utf8(value) && std::all_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '\\' && c != '\x7F';
    });
}

std::string as_json(Level level, std::string_view event, Fields fields)
{
    std::string line = R"({"time":")" + time_text::iso8601(SystemClock().wall()) + R"(","level":")";
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
    return line + '}';
}

std::string as_text(Level level, std::string_view event, Fields fields)
{
    std::string line = time_text::iso8601(SystemClock().wall()) + ' ';
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
    return line;
}

void write(Level level, std::string_view event, Fields fields)
{
    if (!is_enabled(level)) return;
    sink().info(g_json.load(std::memory_order_relaxed) ? as_json(level, event, fields)
                                                       : as_text(level, event, fields));
}

}  // namespace

void configure(Level level, Format format)
{
    g_level = level;
    g_json = format == Format::Json || (format == Format::Auto && isatty(STDERR_FILENO) == 0);
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

void warn(std::string_view event, Fields fields)
{
    write(Level::Warn, event, fields);
}

void error(std::string_view event, Fields fields)
{
    write(Level::Error, event, fields);
}

void flush()
{
    sink().flush();
}

}  // namespace postern::log
