// SPDX-License-Identifier: Apache-2.0
#include "server/handshake.hpp"

#include "api/limits.hpp"
#include "core/base64.hpp"
#include "core/text.hpp"

namespace postern::server {

namespace {

bool has_token(const HttpRequest& request, std::string_view name, std::string_view token)
{
    for (const api::Header& header : request.headers) {
        if (!text::iequals(header.name, name)) continue;
        for (const std::string_view item : text::split(header.value, ',')) {
            if (text::iequals(text::trim(item), token)) return true;
        }
    }
    return false;
}

}  // namespace

RequestKind classify(const HttpRequest& request, management::Extensions extensions)
{
    // Spec captures 1.1: AWS's front refuses two Authorization headers as broken HTTP.
    if (request.count("Authorization") > 1 || request.count("Host") != 1) return RequestKind::Malformed;
    if (request.target.size() > api::kUrlBytesMax) return RequestKind::Malformed;
    const bool wants_upgrade = request.method == "GET" && has_token(request, "Connection", "upgrade") &&
                               has_token(request, "Upgrade", "websocket");
    if (request.path.find("/@connections") != std::string::npos) return RequestKind::Connections;
    if (extensions == management::Extensions::On && request.path.find("/@groups/") != std::string::npos) {
        return RequestKind::Connections;
    }
    if (!wants_upgrade) {
        return request.method == "GET" && request.path == "/ping" ? RequestKind::Health : RequestKind::Plain;
    }
    if (text::trim(request.header("Sec-WebSocket-Version")) != "13") return RequestKind::WrongVersion;
    const auto key = base64::decode(text::trim(request.header("Sec-WebSocket-Key")));
    if (!key || key->size() != 16 || request.count("Sec-WebSocket-Key") != 1) return RequestKind::BadUpgrade;
    return RequestKind::Upgrade;
}

}  // namespace postern::server
