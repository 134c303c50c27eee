// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::text {

/// ASCII case-insensitive comparison, as HTTP compares field names.
bool iequals(std::string_view a, std::string_view b);

/// ASCII case-insensitive "less", as AWS sorts header names in events (spec data-plane 2.3).
bool iless(std::string_view a, std::string_view b);

/// A to Z in lower case; everything else as it is.
std::string lower(std::string_view s);

std::string_view trim(std::string_view s);

/// Pieces between `separator`s, empty ones included; "" gives one empty piece.
std::vector<std::string_view> split(std::string_view s, char separator);

/// Percent-decodes a path segment. Empty optional when an escape is malformed.
std::optional<std::string> percent_decode(std::string_view s);

/// Every byte but RFC 3986's unreserved characters and those of `kept` as %XX.
std::string percent_encode(std::string_view s, std::string_view kept = {});

/// Percent-decodes a query name or value: also '+' is a space (spec captures 1.2). Malformed escapes stay as
/// they are.
std::string query_decode(std::string_view s);

/// The candidate nearest to `word` (edit distance of at most a third of its length), for "did you mean".
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

/// True when the bytes are valid UTF-8 (RFC 3629).
bool is_utf8(std::string_view bytes);

/// The bytes as UTF-8: each maximal invalid part becomes U+FFFD.
std::string to_utf8_lossy(std::string_view bytes);

}  // namespace postern::text
