// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/header.hpp"
#include "api/sigv4.hpp"
#include "api/sigv4_signer.hpp"
#include "core/result.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace postern::app {

struct HttpAnswer {
    int status = 0;
    std::string body;
};

struct HttpUrl {
    std::string host;  ///< without brackets
    std::string port = "80";
    std::string path = "/";
    std::string authority;  ///< as in the Host header

    /// http://HOST[:PORT][/PATH]; anything else is BadInput.
    static Result<HttpUrl> parse(std::string_view url);
};

/// One HTTP request on a connection of its own, to a gateway: `patience` for all of it, answers of at most 64
/// MiB. Errors say what did not work (Io).
Result<HttpAnswer> http_call(const HttpUrl& url,
                             std::string_view method,
                             const api::Headers& headers,
                             std::string_view body,
                             std::chrono::milliseconds patience);

/// The operator's side of the admin listener.
class AdminClient {
public:
    /// With a key requests are signed.
    AdminClient(HttpUrl url, std::optional<api::sigv4::AccessKey> key, api::sigv4::SigningScope scope)
        : url_(std::move(url)), key_(std::move(key)), scope_(std::move(scope))
    {}

    /// `target`: path and query, encoded.
    Result<HttpAnswer> call(std::string_view method,
                            std::string_view target,
                            std::string_view body = {}) const;

private:
    HttpUrl url_;
    std::optional<api::sigv4::AccessKey> key_;
    api::sigv4::SigningScope scope_;
};

}  // namespace postern::app
