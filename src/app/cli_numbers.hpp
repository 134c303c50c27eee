// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdint>
#include <string>

namespace postern::app {

/// Digits only, from `min` to `max`; says so otherwise. CLI11's own checks tell of conversions and of
/// doubles.
inline CLI::Validator whole_number(std::uint64_t min, std::uint64_t max)
{
    const auto check = [min, max](const std::string& given) -> std::string {
        std::uint64_t value = 0;
        const char* const end = given.data() + given.size();
        const auto [stopped, error] = std::from_chars(given.data(), end, value);
        if (error == std::errc() && stopped == end && value >= min && value <= max) return {};
        return "a whole number from " + std::to_string(min) + " to " + std::to_string(max) +
               " expected, not \"" + given + '"';
    };
    return {check, std::to_string(min) + ".." + std::to_string(max)};
}

}  // namespace postern::app
