// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <memory>

namespace postern::bench {

struct SslFree {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, SslFree>;

/// What all TLS connections of a run share. One cipher suite and one key exchange, so that every server works
/// as hard; the server's certificate is not examined: the peers sign their own.
class TlsClient {
public:
    enum class Resumption { Off, On };

    explicit TlsClient(Resumption resumption);
    ~TlsClient();
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    /// A client's SSL object over two memory BIOs, ready to start its handshake; with the newest ticket if
    /// there is one.
    SslPtr connect() const;

private:
    static int keep_session(SSL* ssl, SSL_SESSION* session);

    SSL_CTX* context_ = nullptr;
    Resumption resumption_;
    SSL_SESSION* newest_session_ = nullptr;
};

}  // namespace postern::bench
