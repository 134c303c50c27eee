// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/header.hpp"
#include "api/sigv4.hpp"
#include "api/sigv4_signer.hpp"
#include "core/result.hpp"
#include "net/http_response.hpp"
#include "net/http_url.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace postern::app {

using net::HttpUrl;
using HttpAnswer = net::HttpResponse;

/// A gateway's listener without TLS: http://HOST[:PORT][/PATH]; anything else is BadInput.
Result<HttpUrl> parse_plain_url(std::string_view url);

/// One HTTP request on a connection of its own, to a gateway: `patience` for all of it, answers of at most 64
/// MiB. Errors say what did not work (Io).
Result<HttpAnswer> http_call(const HttpUrl& url,
                             std::string_view method,
                             const api::Headers& headers,
                             std::string_view body,
                             std::chrono::milliseconds patience);

/// One request of an operator.
struct AdminCall {
    std::string_view method;
    std::string target;  ///< path and query, encoded
    std::string_view body = {};
    api::Headers headers = {};
    std::string service = "execute-api";          ///< what a signature is scoped to
    std::chrono::milliseconds patience{180'000};  ///< a reload loads plugins
};

/// The operator's side of the admin listener.
class AdminClient {
public:
    /// With a key requests are signed, for `region`.
    AdminClient(HttpUrl url, std::optional<api::sigv4::AccessKey> key, std::string region)
        : url_(std::move(url)), key_(std::move(key)), region_(std::move(region))
    {}

    Result<HttpAnswer> call(const AdminCall& call) const;

private:
    HttpUrl url_;
    std::optional<api::sigv4::AccessKey> key_;
    std::string region_;
};

}  // namespace postern::app
