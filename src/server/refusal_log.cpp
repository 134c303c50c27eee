// SPDX-License-Identifier: Apache-2.0
#include "server/refusal_log.hpp"

#include "core/log.hpp"
#include "core/text.hpp"

#include <string>

namespace postern::server {

namespace {

/// The first byte of a TLS record that begins a handshake (RFC 8446 section 5.1).
constexpr char kTlsHandshake = 0x16;

/// As it was sent, so without control characters; without the query, which may hold secrets.
std::string loggable_path(const HttpRequest& request)
{
    return text::to_utf8_lossy(std::string_view(request.target).substr(0, request.target.find('?')));
}

}  // namespace

void log_refused(const HttpRequest& request, std::string_view source_ip, int status, std::string_view why)
{
    log::refusal(
        "connect.refused",
        {{"status", status}, {"why", why}, {"path", loggable_path(request)}, {"source_ip", source_ip}});
}

void log_unreadable(char first_byte, std::string_view source_ip)
{
    const std::string_view why =
        first_byte == kTlsHandshake
            ? "it speaks TLS, and this port does not"
            : "it is no HTTP/1.1 request, or its head is larger than gateway.limits.headerBytes";
    log::refusal("connect.refused", {{"status", 400}, {"why", why}, {"source_ip", source_ip}});
}

void log_refused_call(const HttpRequest& request, std::string_view why)
{
    log::refusal("connections_api.refused",
                 {{"method", request.method}, {"why", why}, {"path", loggable_path(request)}});
}

}  // namespace postern::server
