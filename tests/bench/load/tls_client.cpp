// SPDX-License-Identifier: Apache-2.0
#include "load/tls_client.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace postern::bench {
namespace {

void require(bool is_done, const char* what)
{
    if (!is_done) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

}  // namespace

TlsClient::TlsClient(Resumption resumption)
    : context_(SSL_CTX_new(TLS_client_method())), resumption_(resumption)
{
    require(context_ != nullptr, "no context");
    require(SSL_CTX_set_min_proto_version(context_, TLS1_3_VERSION) == 1, "TLS 1.3");
    require(SSL_CTX_set_ciphersuites(context_, "TLS_AES_256_GCM_SHA384") == 1, "cipher suite");
    require(SSL_CTX_set1_groups_list(context_, "X25519") == 1, "key exchange");
    SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS);  // ten thousand idle ones are ours too
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_set_app_data(context_, this);
    if (resumption == Resumption::On) SSL_CTX_sess_set_new_cb(context_, keep_session);
}

TlsClient::~TlsClient()
{
    SSL_SESSION_free(newest_session_);
    SSL_CTX_free(context_);
}

SslPtr TlsClient::connect() const
{
    SslPtr ssl(SSL_new(context_));
    require(ssl != nullptr, "no connection object");
    SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_quiet_shutdown(ssl.get(), 1);
    SSL_set_connect_state(ssl.get());
    if (newest_session_ != nullptr) {
        // A copy: OpenSSL strikes a TLS 1.3 session out after one use, but not every server issues a ticket
        // each time.
        SSL_SESSION* copy = SSL_SESSION_dup(newest_session_);
        require(copy != nullptr && SSL_set_session(ssl.get(), copy) == 1, "session");
        SSL_SESSION_free(copy);
    }
    return ssl;
}

int TlsClient::keep_session(SSL* ssl, SSL_SESSION* session)
{
    auto* self = static_cast<TlsClient*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    SSL_SESSION_free(std::exchange(self->newest_session_, session));
    return 1;  // the reference is ours now
}

}  // namespace postern::bench
