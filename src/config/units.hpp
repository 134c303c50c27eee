// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Durations and sizes as people write them: a whole number and a unit.
namespace postern::config {

/// "500ms", "30s", "10m", "2h" or "0" as milliseconds. Empty when it is not one.
std::optional<std::int64_t> parse_duration(std::string_view text);

/// The longest unit that needs no fraction: 600000 is "10m".
std::string format_duration(std::int64_t milliseconds);

/// "4096B", "32KiB", "1MiB", "2GiB" or plain bytes. Empty when it is not one.
std::optional<std::int64_t> parse_size(std::string_view text);

/// The largest unit that needs no fraction: 32768 is "32KiB".
std::string format_size(std::int64_t bytes);

/// A whole number, optionally negative, and nothing else.
std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace postern::config
