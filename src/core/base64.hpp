// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postern::base64 {

/// Standard alphabet with padding (RFC 4648 section 4).
std::string encode(std::string_view bytes);

/// URL alphabet with padding (RFC 4648 section 5): the alphabet of AWS's ids (spec data-plane 2.4).
std::string encode_url(std::string_view bytes);

/// Strict: padding required, no white space, no stray bits. Empty optional when malformed.
std::optional<std::string> decode(std::string_view text);
std::optional<std::string> decode_url(std::string_view text);

}  // namespace postern::base64
