// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// permessage-deflate (RFC 7692) without context takeover: no connection keeps a window, all of a thread
/// share one.
namespace postern::net::deflate {

/// Chooses among the offers of Sec-WebSocket-Extensions: the answer to send, or nothing when no offer can be
/// met. The answer never reduces the server's window (spec data-plane 10, row 10).
std::optional<std::string> negotiate(std::string_view offers);

/// The payload of a compressed message. The view is valid until the thread's next call.
std::string_view compress(std::string_view message);

enum class InflateStatus { Ok, TooLarge, Malformed };
struct Inflated {
    InflateStatus status = InflateStatus::Ok;
    std::string* message = nullptr;  ///< valid until the thread's next call
};

/// `bytes_max` bounds what a small payload may grow to.
Inflated inflate(std::string_view payload, std::size_t bytes_max);

}  // namespace postern::net::deflate
