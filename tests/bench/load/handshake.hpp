// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace postern::bench {

/// The Sec-WebSocket-Key of a connection. No chance in it, but no two connections have the same one: there
/// are servers that know their clients by it.
std::string handshake_key(std::size_t index);

/// The Sec-WebSocket-Accept that a server has to give for it (RFC 6455 section 4.2.2).
std::string handshake_answer(const std::string& key);

}  // namespace postern::bench
