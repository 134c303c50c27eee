// SPDX-License-Identifier: Apache-2.0
#include "net/tls_client.hpp"

#include "core/check.hpp"
#include "net/tcp.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <utility>

namespace postern::net {

namespace ssl = boost::asio::ssl;

Result<std::shared_ptr<TlsClientContext>> TlsClientContext::trusting(const std::string& ca_file)
{
    ssl::context context(ssl::context::tls_client);
    POSTERN_CHECK(SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION) == 1);
    boost::system::error_code error;
    if (ca_file.empty()) {
        context.set_default_verify_paths(error);
    } else {
        context.load_verify_file(ca_file, error);
    }
    if (error) {
        return Error(ErrorKind::BadInput,
                     (ca_file.empty() ? "the system's root certificates" : ca_file) + ": " + error.message());
    }
    context.set_verify_mode(ssl::verify_peer);
    return std::make_shared<TlsClientContext>(std::move(context));
}

void expect_host(SSL* ssl, const std::string& host)
{
    if (is_ip_address(host)) {
        POSTERN_CHECK(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1);
        return;
    }
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    POSTERN_CHECK(SSL_set1_host(ssl, host.c_str()) == 1);
    POSTERN_CHECK(SSL_set_tlsext_host_name(ssl, host.c_str()) == 1);
}

std::string certificate_problem(SSL* ssl)
{
    const long result = SSL_get_verify_result(ssl);
    if (result == X509_V_OK) return {};
    const std::string problem = X509_verify_cert_error_string(result);
    const bool is_root_unknown = result == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
                                 result == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
                                 result == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
    return is_root_unknown ? problem + " (SSL_CERT_FILE in the environment names a file with more roots)"
                           : problem;
}

}  // namespace postern::net
