// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"
#include "core/file_stamp.hpp"
#include "core/result.hpp"

#include <openssl/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace postern::net {

struct OpenSslFree {
    void operator()(X509* certificate) const;
    void operator()(EVP_PKEY* key) const;
    void operator()(SSL_CTX* context) const;
};
using Certificate = std::unique_ptr<X509, OpenSslFree>;
using PrivateKey = std::unique_ptr<EVP_PKEY, OpenSslFree>;

/// OpenSSL's words for what failed first on this thread ("key values mismatch"); forgets all that failed.
std::string openssl_reason();

/// The certificates of a PEM file in their order, the server's own first; at least one.
Result<std::vector<Certificate>> read_certificates(const std::string& file);

/// The first private key of a PEM file. An encrypted one is an error: nobody is there to type the password.
Result<PrivateKey> read_private_key(const std::string& file);

EpochMillis not_before(const X509& certificate);
EpochMillis not_after(const X509& certificate);

/// What session tickets are sealed with. Contexts loaded with the same keys resume each other's sessions, so
/// a client that reconnects after a certificate was replaced is spared the full handshake. Immutable; any
/// thread.
class TicketKeys {
public:
    TicketKeys();  ///< random
    ~TicketKeys();
    TicketKeys(const TicketKeys&) = delete;
    TicketKeys& operator=(const TicketKeys&) = delete;

    const std::array<std::uint8_t, 80>& bytes() const { return bytes_; }

private:
    std::array<std::uint8_t, 80> bytes_{};  // OpenSSL's layout: name 16, HMAC key 32, AES key 32
};

/// How a listener speaks TLS: the certificate, its key and our choices (1.2 and 1.3, forward secrecy and AEAD
/// only, tickets, ALPN http/1.1). Immutable and shared by all shards: each SSL made from it keeps the SSL_CTX
/// alive.
class TlsContext {
public:
    /// An expired or not yet valid certificate is a warning in the log; whatever else is wrong is an error
    /// that names the file. Without `tickets`, only sessions of this very context can be resumed.
    static Result<std::shared_ptr<TlsContext>> load(const std::string& certificate_file,
                                                    const std::string& private_key_file,
                                                    EpochMillis now,
                                                    const TicketKeys* tickets = nullptr);

    SSL_CTX* native() const { return context_.get(); }
    EpochMillis expires() const { return expires_; }  ///< the server's own certificate

private:
    TlsContext(std::unique_ptr<SSL_CTX, OpenSslFree> context, EpochMillis expires);

    std::unique_ptr<SSL_CTX, OpenSslFree> context_;
    EpochMillis expires_;
};

/// What a listener offers to those who connect.
struct TlsOffer {
    std::shared_ptr<TlsContext> context;  ///< null: no TLS
    bool is_optional = false;             ///< whoever begins without TLS is served as well
};

/// A certificate and key file, and the context made from them. Whoever has a timer polls; all or nothing: a
/// pair that cannot be loaded leaves the context as it is. One thread.
class CertificateWatcher {
public:
    static Result<CertificateWatcher> open(std::string certificate_file,
                                           std::string private_key_file,
                                           EpochMillis now);

    const std::shared_ptr<TlsContext>& context() const { return context_; }

    /// True when the files have changed and context() is a new one. A change that cannot be used is logged
    /// once.
    bool poll(EpochMillis now);

private:
    using Stamps = std::array<FileStamp, 2>;

    CertificateWatcher(std::string certificate_file, std::string private_key_file);
    Stamps stamps_now() const;

    std::string certificate_file_;
    std::string private_key_file_;
    std::unique_ptr<TicketKeys> tickets_ = std::make_unique<TicketKeys>();
    Stamps stamps_;
    std::shared_ptr<TlsContext> context_;
};

}  // namespace postern::net
