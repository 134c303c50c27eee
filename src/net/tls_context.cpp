// SPDX-License-Identifier: Apache-2.0
#include "net/tls_context.hpp"

#include "core/check.hpp"
#include "core/log.hpp"
#include "core/time_text.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string_view>
#include <utility>

namespace postern::net {
namespace {

// TLS 1.2 offers only what 1.3 has too: ephemeral keys and authenticated encryption. 1.3 keeps OpenSSL's
// order.
constexpr const char* kCiphersTls12 = "ECDHE+AESGCM:ECDHE+CHACHA20";

// How long a ticket is good for. Clients come back after AWS's longest connection (2 h), and after a night's
// sleep.
constexpr long kSessionSeconds = 12L * 60 * 60;

// Length and name, as ALPN carries them (RFC 7301 section 3.1).
constexpr std::string_view kAlpn = "\x08http/1.1";

// A session is resumed only where this matches; it has to be set, its value is ours to choose.
constexpr std::string_view kSessionContext = "postern";

struct BioFree {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, BioFree>;

const unsigned char* bytes_of(std::string_view s)
{
    return reinterpret_cast<const unsigned char*>(s.data());
}

Result<Bio> open_for_reading(const std::string& file)
{
    std::FILE* stream = std::fopen(file.c_str(), "re");
    if (stream == nullptr) return Error(ErrorKind::Io, file + ": " + std::strerror(errno));
    Bio bio(BIO_new_fp(stream, BIO_CLOSE));
    POSTERN_CHECK(bio != nullptr);
    return bio;
}

EpochMillis epoch_millis(const ASN1_TIME* time)
{
    std::tm utc{};
    if (ASN1_TIME_to_tm(time, &utc) != 1) return 0;
    return EpochMillis{timegm(&utc)} * 1000;
}

void warn_unless_valid(const X509& certificate, const std::string& file, EpochMillis now)
{
    if (now >= not_after(certificate))
        log::warn("tls.certificate_expired",
                  {{"file", file}, {"not_after", time_text::iso8601(not_after(certificate))}});
    else if (now < not_before(certificate))
        log::warn("tls.certificate_not_yet_valid",
                  {{"file", file}, {"not_before", time_text::iso8601(not_before(certificate))}});
}

/// Picks http/1.1 from what the client offers; a client that offers only others goes on without ALPN.
int select_alpn(SSL* /*ssl*/,
                const unsigned char** chosen,
                unsigned char* chosen_size,
                const unsigned char* offered,
                unsigned offered_size,
                void* /*unused*/)
{
    unsigned char* name = nullptr;
    if (SSL_select_next_proto(&name,
                              chosen_size,
                              bytes_of(kAlpn),
                              static_cast<unsigned>(kAlpn.size()),
                              offered,
                              offered_size) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *chosen = name;
    return SSL_TLSEXT_ERR_OK;
}

void set_policy(SSL_CTX* context)
{
    POSTERN_CHECK(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1);
    POSTERN_CHECK(SSL_CTX_set_cipher_list(context, kCiphersTls12) == 1);
    // Our order of ciphers, except that a client without AES in hardware gets ChaCha20 if that is its own
    // first.
    SSL_CTX_set_options(context,
                        SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_RENEGOTIATION |
                            SSL_OP_NO_COMPRESSION);
    // An idle connection holds no record buffer; a retried write may come from another address.
    SSL_CTX_set_mode(
        context,
        SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 0);
    SSL_CTX_set_alpn_select_cb(context, select_alpn, nullptr);
}

void set_resumption(SSL_CTX* context, const TicketKeys* tickets)
{
    // The client keeps the session in its ticket; we keep nothing. One ticket is enough for one reconnect.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    POSTERN_CHECK(SSL_CTX_set_num_tickets(context, 1) == 1);
    SSL_CTX_set_timeout(context, kSessionSeconds);
    POSTERN_CHECK(SSL_CTX_set_session_id_context(context,
                                                 bytes_of(kSessionContext),
                                                 static_cast<unsigned>(kSessionContext.size())) == 1);
    if (tickets == nullptr) return;
    std::array<std::uint8_t, 80> keys = tickets->bytes();
    POSTERN_CHECK(SSL_CTX_set_tlsext_ticket_keys(context, keys.data(), keys.size()) == 1);
    OPENSSL_cleanse(keys.data(), keys.size());
}

}  // namespace

void OpenSslFree::operator()(X509* certificate) const
{
    X509_free(certificate);
}

void OpenSslFree::operator()(EVP_PKEY* key) const
{
    EVP_PKEY_free(key);
}

void OpenSslFree::operator()(SSL_CTX* context) const
{
    SSL_CTX_free(context);
}

std::string openssl_reason()
{
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) return "unknown reason";
    if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "OpenSSL error " + std::to_string(code);
}

Result<std::vector<Certificate>> read_certificates(const std::string& file)
{
    const Result<Bio> bio = open_for_reading(file);
    if (!bio) return bio.error();
    ERR_clear_error();
    std::vector<Certificate> found;
    while (X509* next = PEM_read_bio_X509(bio->get(), nullptr, nullptr, nullptr)) found.emplace_back(next);
    // The end of the file is an error like any other to OpenSSL, and the only one that is fine.
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    const std::string reason = openssl_reason();
    if (!at_end) return Error(ErrorKind::BadInput, file + ": not a PEM certificate: " + reason);
    if (found.empty()) return Error(ErrorKind::BadInput, file + ": no PEM certificate in it: " + reason);
    return found;
}

Result<PrivateKey> read_private_key(const std::string& file)
{
    const Result<Bio> bio = open_for_reading(file);
    if (!bio) return bio.error();
    ERR_clear_error();
    bool is_encrypted = false;
    const auto no_password = [](char*, int, int, void* asked) {
        *static_cast<bool*>(asked) = true;
        return -1;
    };
    PrivateKey key(PEM_read_bio_PrivateKey(bio->get(), nullptr, no_password, &is_encrypted));
    if (key != nullptr) return key;
    const std::string reason = openssl_reason();
    if (is_encrypted) return Error(ErrorKind::BadInput, file + ": the private key is encrypted: " + reason);
    return Error(ErrorKind::BadInput, file + ": no PEM private key in it: " + reason);
}

EpochMillis not_before(const X509& certificate)
{
    return epoch_millis(X509_get0_notBefore(&certificate));
}

EpochMillis not_after(const X509& certificate)
{
    return epoch_millis(X509_get0_notAfter(&certificate));
}

TicketKeys::TicketKeys()
{
    POSTERN_CHECK(RAND_priv_bytes(bytes_.data(), static_cast<int>(bytes_.size())) == 1);
}

TicketKeys::~TicketKeys()
{
    OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

TlsContext::TlsContext(std::unique_ptr<SSL_CTX, OpenSslFree> context, EpochMillis expires)
    : context_(std::move(context)), expires_(expires)
{}

Result<std::shared_ptr<TlsContext>> TlsContext::load(const std::string& certificate_file,
                                                     const std::string& private_key_file,
                                                     EpochMillis now,
                                                     const TicketKeys* tickets)
{
    const auto chain = read_certificates(certificate_file);
    if (!chain) return chain.error();
    const auto key = read_private_key(private_key_file);
    if (!key) return key.error();
    X509* const own = chain->front().get();

    ERR_clear_error();
    if (X509_check_private_key(own, key->get()) != 1)
        return Error(ErrorKind::BadInput,
                     private_key_file + ": not the key of " + certificate_file + ": " + openssl_reason());

    std::unique_ptr<SSL_CTX, OpenSslFree> context(SSL_CTX_new(TLS_server_method()));
    POSTERN_CHECK(context != nullptr);
    set_policy(context.get());
    set_resumption(context.get(), tickets);
    bool is_taken = SSL_CTX_use_certificate(context.get(), own) == 1;
    for (std::size_t i = 1; is_taken && i < chain->size(); ++i)
        is_taken = SSL_CTX_add1_chain_cert(context.get(), (*chain)[i].get()) == 1;
    if (!is_taken) return Error(ErrorKind::BadInput, certificate_file + ": " + openssl_reason());
    if (SSL_CTX_use_PrivateKey(context.get(), key->get()) != 1)
        return Error(ErrorKind::BadInput, private_key_file + ": " + openssl_reason());

    warn_unless_valid(*own, certificate_file, now);
    return std::shared_ptr<TlsContext>(new TlsContext(std::move(context), not_after(*own)));
}

CertificateWatcher::CertificateWatcher(std::string certificate_file, std::string private_key_file)
    : certificate_file_(std::move(certificate_file)), private_key_file_(std::move(private_key_file))
{}

CertificateWatcher::Stamps CertificateWatcher::stamps_now() const
{
    return {FileStamp::of(certificate_file_), FileStamp::of(private_key_file_)};
}

Result<CertificateWatcher> CertificateWatcher::open(std::string certificate_file,
                                                    std::string private_key_file,
                                                    EpochMillis now)
{
    CertificateWatcher watcher(std::move(certificate_file), std::move(private_key_file));
    watcher.stamps_ =
        watcher.stamps_now();  // before reading: what changes meanwhile is seen by the next poll
    auto context =
        TlsContext::load(watcher.certificate_file_, watcher.private_key_file_, now, watcher.tickets_.get());
    if (!context) return context.error();
    watcher.context_ = std::move(*context);
    return watcher;
}

bool CertificateWatcher::poll(EpochMillis now)
{
    const Stamps stamps = stamps_now();
    if (stamps == stamps_) return false;
    stamps_ = stamps;
    auto next = TlsContext::load(certificate_file_, private_key_file_, now, tickets_.get());
    if (!next) {
        log::warn("tls.certificate_not_replaced", {{"why", next.error().detail}});
        return false;
    }
    context_ = std::move(*next);
    log::info("tls.certificate_replaced",
              {{"file", certificate_file_}, {"not_after", time_text::iso8601(context_->expires())}});
    return true;
}

}  // namespace postern::net
