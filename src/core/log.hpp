// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

/// The server's own log: one line for each outcome, fields instead of prose. Text on a terminal, JSON
/// otherwise; always on stderr. Thread: any; writing never blocks on another line's formatting for more than
/// a short lock.
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

void configure(Level level, Format format);
bool is_enabled(Level level);

void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

/// Writes what is buffered; call before the process ends.
void flush();

}  // namespace postern::log
