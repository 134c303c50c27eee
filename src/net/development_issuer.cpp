// SPDX-License-Identifier: Apache-2.0
#include "net/development_issuer.hpp"

#include "core/check.hpp"
#include "core/random.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <unistd.h>

namespace postern::net::development {

namespace {

constexpr EpochMillis kDay = 24LL * 60 * 60 * 1000;
constexpr EpochMillis kCaLifetime = 3650 * kDay;
constexpr EpochMillis kServerLifetime = 800 * kDay;  // Apple's clients refuse more than 825 days
constexpr EpochMillis kBackdated = kDay;  // for clients, in containers for one, whose clock is behind

constexpr std::string_view kNamePrefix = "*.execute-api.";
constexpr std::string_view kNameSuffix = ".amazonaws.com";

// What a CA permits beside the regions asked for, so that another region seldom needs another CA.
constexpr std::array kRegions = {"af-south-1",     "ap-east-1",      "ap-east-2",      "ap-northeast-1",
                                 "ap-northeast-2", "ap-northeast-3", "ap-south-1",     "ap-south-2",
                                 "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
                                 "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1",
                                 "ca-west-1",      "eu-central-1",   "eu-central-2",   "eu-north-1",
                                 "eu-south-1",     "eu-south-2",     "eu-west-1",      "eu-west-2",
                                 "eu-west-3",      "il-central-1",   "me-central-1",   "me-south-1",
                                 "mx-central-1",   "sa-east-1",      "us-east-1",      "us-east-2",
                                 "us-gov-east-1",  "us-gov-west-1",  "us-west-1",      "us-west-2"};

struct BioFree {
    void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using Bio = std::unique_ptr<BIO, BioFree>;

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509V3_set_ctx_nodb(&context);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    POSTERN_CHECK(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

/// A certificate without extensions and signature.
Certificate make_certificate(const std::string& common_name,
                             EVP_PKEY* key,
                             EpochMillis valid_from,
                             EpochMillis valid_until)
{
    Certificate certificate(X509_new());
    X509* const x = certificate.get();
    POSTERN_CHECK(x != nullptr && X509_set_version(x, X509_VERSION_3) == 1);

    BIGNUM* serial = BN_new();
    POSTERN_CHECK(BN_rand(serial, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1);
    POSTERN_CHECK(BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x)) != nullptr);
    BN_free(serial);

    X509_NAME* const subject = X509_get_subject_name(x);
    const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
    POSTERN_CHECK(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, text, -1, -1, 0) == 1);
    POSTERN_CHECK(ASN1_TIME_set(X509_getm_notBefore(x), valid_from / 1000) != nullptr);
    POSTERN_CHECK(ASN1_TIME_set(X509_getm_notAfter(x), valid_until / 1000) != nullptr);
    POSTERN_CHECK(X509_set_pubkey(x, key) == 1);
    return certificate;
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* issuer_key)
{
    POSTERN_CHECK(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1);
    add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
    add_extension(certificate, issuer, NID_authority_key_identifier, "keyid");
    POSTERN_CHECK(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
}

/// Tells the CAs of machines, and of one machine over time, from each other: clients choose by name.
std::string ca_name()
{
    std::array<char, 256> host{};
    (void)::gethostname(host.data(), host.size() - 1);
    std::string name = "Postern development CA (";
    for (const char c : std::string_view(host.data()).substr(0, 24))
        name += (c > ' ' && c <= '~') ? c : '-';  // a common name has at most 64 characters
    return name + " " + SystemRandom().hex(4) + ")";
}

std::string contents(BIO* bio)
{
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

}  // namespace

bool is_region(std::string_view s)
{
    const auto is_label_char = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !s.empty() && s.size() <= 63 && s.front() != '-' && s.back() != '-' &&
           std::all_of(s.begin(), s.end(), is_label_char);
}

PrivateKey make_key()
{
    PrivateKey key(EVP_EC_gen("P-256"));
    POSTERN_CHECK(key != nullptr);
    return key;
}

Signer make_ca(EpochMillis now, const Regions& wanted)
{
    PrivateKey key = make_key();
    Certificate certificate = make_certificate(ca_name(), key.get(), now - kBackdated, now + kCaLifetime);
    Regions permitted(kRegions.begin(), kRegions.end());
    permitted.insert(wanted.begin(), wanted.end());
    std::string names =
        "critical,permitted;DNS:localhost,permitted;IP:127.0.0.0/255.0.0.0,"
        "permitted;IP:::1/FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF";
    for (const std::string& region : permitted)
        names.append(",permitted;DNS:").append(kNamePrefix.substr(2)).append(region).append(kNameSuffix);

    X509* const x = certificate.get();
    add_extension(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(x, x, NID_key_usage, "critical,keyCertSign");
    add_extension(x, x, NID_name_constraints, names);
    sign(x, x, key.get());
    return {std::move(certificate), std::move(key)};
}

Certificate make_server(const Signer& ca, EVP_PKEY* key, EpochMillis now, const Regions& regions)
{
    const EpochMillis until = std::min(now + kServerLifetime, not_after(*ca.certificate));
    Certificate certificate = make_certificate("Postern development", key, now - kBackdated, until);
    std::string names = "DNS:localhost,DNS:*.localhost,DNS:*.execute-api.localhost,IP:127.0.0.1,IP:::1";
    for (const std::string& region : regions)
        names.append(",DNS:").append(kNamePrefix).append(region).append(kNameSuffix);

    X509* const x = certificate.get();
    X509* const issuer = ca.certificate.get();
    add_extension(x, issuer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(x, issuer, NID_key_usage, "critical,digitalSignature");
    add_extension(x, issuer, NID_ext_key_usage, "serverAuth");
    add_extension(x, issuer, NID_subject_alt_name, names);
    sign(x, issuer, ca.key.get());
    return certificate;
}

Regions regions_of(const X509& certificate)
{
    Regions found;
    auto* names =
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_DNS) continue;
        std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                              static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
        if (!text.starts_with(kNamePrefix) || !text.ends_with(kNameSuffix)) continue;
        if (text.size() <= kNamePrefix.size() + kNameSuffix.size()) continue;
        text.remove_prefix(kNamePrefix.size());
        text.remove_suffix(kNameSuffix.size());
        if (is_region(text)) found.emplace(text);
    }
    GENERAL_NAMES_free(names);
    return found;
}

std::string verify(X509* server, X509* ca)
{
    X509_STORE* store = X509_STORE_new();
    X509_STORE_CTX* check = X509_STORE_CTX_new();
    POSTERN_CHECK(store != nullptr && check != nullptr && X509_STORE_add_cert(store, ca) == 1);
    POSTERN_CHECK(X509_STORE_CTX_init(check, store, server, nullptr) == 1);
    X509_STORE_CTX_set_flags(check, X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_X509_STRICT);
    X509_STORE_CTX_set_purpose(check, X509_PURPOSE_SSL_SERVER);
    std::string problem;
    if (X509_verify_cert(check) != 1)
        problem = X509_verify_cert_error_string(X509_STORE_CTX_get_error(check));
    X509_STORE_CTX_free(check);
    X509_STORE_free(store);
    ERR_clear_error();
    return problem;
}

std::string to_pem(X509* certificate)
{
    const Bio bio(BIO_new(BIO_s_mem()));
    POSTERN_CHECK(bio != nullptr && PEM_write_bio_X509(bio.get(), certificate) == 1);
    return contents(bio.get());
}

std::string to_pem(EVP_PKEY* key)
{
    const Bio bio(BIO_new(BIO_s_secmem()));
    POSTERN_CHECK(bio != nullptr);
    POSTERN_CHECK(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return contents(bio.get());
}

}  // namespace postern::net::development
