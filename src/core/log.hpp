// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace postern {
class LineWriter;
}

/// The server's own log: one line for each outcome, fields instead of prose. Text on a terminal, JSON
/// otherwise; always on stderr. Thread: any; once write_through() has been called, writing never waits for
/// whoever reads stderr. Of one event's warnings and refusals at most kRepeatsPerSecond are written each
/// second; the next one tells how many were `suppressed`.
namespace postern::log {

enum class Level { Debug, Info, Warn, Error, Off };
enum class Format { Auto, Text, Json };

/// One `name=value` of a line.
struct Field {
    std::string_view name;
    std::string value;
    bool is_number = false;

    Field(std::string_view n, std::string_view v) : name(n), value(v) {}
    template <class Number>
    requires std::is_arithmetic_v<Number> Field(std::string_view n, Number v)
        : name(n), value(std::to_string(v)), is_number(true)
    {}
};
using Fields = std::initializer_list<Field>;

inline constexpr unsigned kRepeatsPerSecond = 20;

void configure(Level level, Format format);

/// Lines go to stderr through `writer` from now on; null: at once, by the thread that has them. Not while
/// another thread writes to the log.
void write_through(LineWriter* writer);

bool is_enabled(Level level);

void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
/// An `info` line that a stranger can cause as often as he likes.
void refusal(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

/// Writes what is buffered, also to a reader who is slow, but not for ever, and does not wait long for one
/// who does not read; call before the process ends.
void flush();

}  // namespace postern::log
