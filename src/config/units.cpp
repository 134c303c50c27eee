// SPDX-License-Identifier: Apache-2.0
#include "config/units.hpp"

#include <charconv>
#include <limits>
#include <span>
#include <system_error>

namespace postern::config {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t factor;
};

// Each list from the largest unit to the smallest.
constexpr Unit kDurationUnits[] = {{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr Unit kSizeUnits[] = {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}};

std::optional<std::int64_t> parse(std::string_view text, std::span<const Unit> units)
{
    const std::size_t end = text.find_first_not_of("0123456789");
    if (end == 0 || end == std::string_view::npos) return std::nullopt;
    const std::optional<std::int64_t> number = parse_integer(text.substr(0, end));
    for (const Unit& unit : units) {
        if (unit.name != text.substr(end)) continue;
        if (!number || *number > std::numeric_limits<std::int64_t>::max() / unit.factor) return std::nullopt;
        return *number * unit.factor;
    }
    return std::nullopt;
}

std::string format(std::int64_t value, std::span<const Unit> units)
{
    if (value == 0) return "0";
    for (const Unit& unit : units) {
        if (value % unit.factor == 0) return std::to_string(value / unit.factor) + std::string(unit.name);
    }
    return std::to_string(value);
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<std::int64_t> parse_duration(std::string_view text)
{
    if (text == "0") return 0;
    return parse(text, kDurationUnits);
}

std::string format_duration(std::int64_t milliseconds)
{
    return format(milliseconds, kDurationUnits);
}

std::optional<std::int64_t> parse_size(std::string_view text)
{
    const std::optional<std::int64_t> bytes = parse(text, kSizeUnits);
    if (bytes) return bytes;
    return text.starts_with('-') ? std::nullopt : parse_integer(text);
}

std::string format_size(std::int64_t bytes)
{
    return format(bytes, kSizeUnits);
}

}  // namespace postern::config
