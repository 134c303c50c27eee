// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/handshake.hpp"

#include <string_view>

/// The log's lines about requests that reach no API: who is refused finds out why. Thread: any.
namespace postern::server {

/// A handshake.
void log_refused(const HttpRequest& request, std::string_view source_ip, int status, std::string_view why);

/// What was never read to the end of its head: nobody knows what it asked for. `first_byte`: of all that
/// came.
void log_unreadable(char first_byte, std::string_view source_ip);

/// A call of @connections, or what might have been one.
void log_refused_call(const HttpRequest& request, std::string_view why);

}  // namespace postern::server
