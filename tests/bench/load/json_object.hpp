// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "load/histogram.hpp"

#include <concepts>
#include <cstdio>
#include <string>
#include <string_view>

namespace postern::bench {

/// Writes one flat JSON object, member by member; names and texts are ours and need no escapes.
class JsonObject {
public:
    JsonObject& text(std::string_view name, std::string_view value)
    {
        return member(name, '"' + std::string(value) + '"');
    }

    JsonObject& number(std::string_view name, std::integral auto value)
    {
        return member(name, std::to_string(value));
    }

    JsonObject& number(std::string_view name, std::floating_point auto value)
    {
        char digits[48];
        std::snprintf(digits, sizeof digits, "%.3f", static_cast<double>(value));
        return member(name, digits);
    }

    JsonObject& quantiles_us(const Histogram& nanoseconds)
    {
        number("p50_us", static_cast<double>(nanoseconds.quantile(0.5)) / 1e3);
        number("p99_us", static_cast<double>(nanoseconds.quantile(0.99)) / 1e3);
        return number("p99_9_us", static_cast<double>(nanoseconds.quantile(0.999)) / 1e3);
    }

    std::string str() const { return text_ + "}"; }

private:
    JsonObject& member(std::string_view name, std::string_view value)
    {
        text_ += text_.size() > 1 ? ", \"" : "\"";
        text_ += name;
        text_ += "\": ";
        text_ += value;
        return *this;
    }

    std::string text_ = "{";
};

}  // namespace postern::bench
