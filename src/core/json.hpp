// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <stdexcept>

// RapidJSON's assertions throw: a wrong type read from a document is then a failed call, not a dead process.
#ifndef RAPIDJSON_ASSERT
#define RAPIDJSON_ASSERT(x) ((x) ? void() : throw std::logic_error("json: " #x))
#define RAPIDJSON_NOEXCEPT_ASSERT(x) void()
#endif
#if defined(__x86_64__)
#define RAPIDJSON_SSE2
#elif defined(__aarch64__)
#define RAPIDJSON_NEON
#endif
#include <rapidjson/document.h>

#include <string>
#include <string_view>

/// The one door for JSON trees. Never compare a Value with something that is not a Value: in C++20
/// RapidJSON 1.1.0's `value == 1` calls itself for ever.
namespace postern::json {

/// Deepest nesting that parse() accepts. RapidJSON's own parser and writer recurse, and 128 KiB of '['
/// overrun a stack.
inline constexpr int kDepthMax = 128;

/// Parses untrusted text without recursion, up to kDepthMax levels.
Result<rapidjson::Document> parse(std::string_view text);

/// A value as compact JSON text. Only for trees that parse() made (bounded depth).
std::string dump(const rapidjson::Value& value);

/// The first member of that name, or null when there is none or `object` is not an object.
const rapidjson::Value* find(const rapidjson::Value& object, std::string_view name);

inline std::string_view as_string(const rapidjson::Value& value)
{
    return {value.GetString(), value.GetStringLength()};
}

}  // namespace postern::json
