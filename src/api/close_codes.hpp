// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Why connections end: the close frame's code and reason, which are also the DISCONNECT event's
/// (spec data-plane 5, captures 1.3). Texts marked "own" are Postern's; AWS's are not known or do not exist.
namespace postern::api {

struct CloseReason {
    std::uint16_t code = 0;
    std::string_view text;

    bool operator==(const CloseReason&) const = default;
};

inline constexpr CloseReason kClosedNormally{1000, "Connection Closed Normally"};  ///< DELETE @connections
inline constexpr CloseReason kGoingAway{1001, "Going away"};                       ///< idle, two hours, drain
inline constexpr CloseReason kProtocolError{1002, "Protocol error"};               ///< text own
inline constexpr CloseReason kBinaryUnsupported{1003, "Binary is not supported"};
inline constexpr CloseReason kInvalidUtf8{1007, "Invalid UTF-8"};        ///< text own
inline constexpr CloseReason kSlowReader{1008, "Too much unread data"};  ///< own

/// Only in events: no close frame carries these two.
inline constexpr CloseReason kNoStatus{1005, "Client-side close frame status not set"};
inline constexpr CloseReason kAbnormal{1006, "Connection closed abnormally"};  ///< text UNCONFIRMED

/// A frame or a message larger than its limit; the reason is too_big_text().
inline constexpr std::uint16_t kTooBigCode = 1009;

/// Codes with which a caller may end a connection: the ordinary end, and those for libraries and applications
/// (RFC 6455 section 7.4.2).
constexpr bool is_code_for_callers(std::uint16_t code)
{
    return code == 1000 || (code >= 3000 && code <= 4999);
}

/// What a close frame has room for.
inline constexpr std::size_t kCloseReasonBytesMax = 123;

/// AWS's text for a frame; that a message's is the same is UNCONFIRMED (spec data-plane 10, row 5).
inline std::string too_big_text(std::size_t bytes_max)
{
    return "Max frame length of " + std::to_string(bytes_max) + " has been exceeded.";
}

}  // namespace postern::api
