// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

/// SHA-256 and what is built on it. Stateless; thread: any.
namespace postern::hash {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);

/// RFC 2104. `key` may be of any length.
Sha256 hmac_sha256(std::string_view key, std::string_view message);

/// The digest's bytes, borrowed: as the key or the message of a further step.
std::string_view bytes_of(const Sha256& digest);

/// 64 lower-case digits.
std::string hex(const Sha256& digest);

std::string sha256_hex(std::string_view bytes);

/// Takes the same time wherever the texts differ; only their lengths can be told from it. For signatures and
/// tokens.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace postern::hash
