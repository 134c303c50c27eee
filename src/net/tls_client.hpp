// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace postern::net {

/// How the gateway speaks TLS to servers: 1.2 and 1.3, their certificates verified. One thread at a time:
/// that of the io_context whose streams use it.
class TlsClientContext {
public:
    /// `ca_file`: PEM with the roots to trust; "" those of the system (SSL_CERT_FILE and SSL_CERT_DIR in the
    /// environment replace them, as always with OpenSSL). BadInput when there are none.
    static Result<std::shared_ptr<TlsClientContext>> trusting(const std::string& ca_file);

    boost::asio::ssl::context& native() { return context_; }

    explicit TlsClientContext(boost::asio::ssl::context context) : context_(std::move(context)) {}

private:
    boost::asio::ssl::context context_;
};

/// Makes a stream's handshake name `host` (SNI, unless it is an address) and demand a certificate for it.
void expect_host(SSL* ssl, const std::string& host);

/// Why the peer's certificate was not accepted ("hostname mismatch"); "" when that was not the reason.
std::string certificate_problem(SSL* ssl);

}  // namespace postern::net
