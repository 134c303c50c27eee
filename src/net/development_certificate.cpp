// SPDX-License-Identifier: Apache-2.0
#include "net/development_certificate.hpp"

#include "core/check.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "net/tls_context.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace postern::net {
namespace {

constexpr EpochMillis kDay = 24LL * 60 * 60 * 1000;
constexpr EpochMillis kCaLifetime = 3650 * kDay;
constexpr EpochMillis kServerLifetime = 800 * kDay;  // Apple's clients refuse more than 825 days
constexpr EpochMillis kRenewBefore = 30 * kDay;
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

constexpr const char* kRemedy = "; remove the file to have another made";

using Regions = std::set<std::string>;

struct BioFree {
    void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using Bio = std::unique_ptr<BIO, BioFree>;

/// The files of one directory.
struct Files {
    std::string directory, ca_certificate, ca_key, certificate, key, lock;

    explicit Files(const std::string& where)
        : directory(std::filesystem::absolute(where + "/").parent_path()),
          ca_certificate(directory + "/ca.pem"),
          ca_key(directory + "/ca.key"),
          certificate(directory + "/server.pem"),
          key(directory + "/server.key"),
          lock(directory + "/lock")
    {}
};

/// What those files hold; null where there is no such file.
struct Kept {
    Certificate ca;
    Certificate server;
    PrivateKey key;
};

struct Signer {
    Certificate certificate;
    PrivateKey key;
};

/// A region is part of a DNS name and of OpenSSL's extension syntax: nothing but a label may get there.
bool is_region(std::string_view s)
{
    const auto is_label_char = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !s.empty() && s.size() <= 63 && s.front() != '-' && s.back() != '-' &&
           std::all_of(s.begin(), s.end(), is_label_char);
}

template <class T>
Error unusable(const Result<T>& result)
{
    Error error = result.error();
    if (error.kind == ErrorKind::BadInput) error.detail += kRemedy;
    return error;
}

Result<Certificate> read_certificate_if_any(const std::string& file)
{
    if (FileStamp::of(file) == FileStamp{}) return Certificate();
    auto certificates = read_certificates(file);
    if (!certificates) return unusable(certificates);
    return std::move(certificates->front());
}

Result<PrivateKey> read_key_if_any(const std::string& file)
{
    if (FileStamp::of(file) == FileStamp{}) return PrivateKey();
    auto key = read_private_key(file);
    if (!key) return unusable(key);
    return key;
}

Result<Kept> read_kept(const Files& files)
{
    auto ca = read_certificate_if_any(files.ca_certificate);
    if (!ca) return ca.error();
    auto server = read_certificate_if_any(files.certificate);
    if (!server) return server.error();
    auto key = read_key_if_any(files.key);
    if (!key) return key.error();
    Kept kept{std::move(*ca), std::move(*server), std::move(*key)};
    return kept;
}

/// The regions whose names a certificate carries.
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

/// What is wrong with `server` as a certificate by `ca`; empty when nothing is. Dates are looked at
/// elsewhere, so that a machine that boots with its clock at zero keeps its CA.
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

/// Why what is kept will not do; empty when it will.
std::string why_unfit(const Kept& kept, EpochMillis now, const Regions& wanted)
{
    if (kept.ca == nullptr || kept.server == nullptr || kept.key == nullptr) return "none is there";
    if (not_after(*kept.server) < now + kRenewBefore) return "it expires soon";
    if (not_after(*kept.ca) < now + kRenewBefore) return "its CA expires soon";
    const Regions has = regions_of(*kept.server);
    if (!std::includes(has.begin(), has.end(), wanted.begin(), wanted.end())) return "a region is missing";
    if (X509_check_private_key(kept.server.get(), kept.key.get()) != 1) {
        ERR_clear_error();  // what stays in the queue would look like the next connection's failure
        return "its key is another one";
    }
    return verify(kept.server.get(), kept.ca.get());
}

PrivateKey make_key()
{
    PrivateKey key(EVP_EC_gen("P-256"));
    POSTERN_CHECK(key != nullptr);
    return key;
}

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

Error io_error(const std::string& file)
{
    return Error(ErrorKind::Io, file + ": " + std::strerror(errno));
}

std::string contents(BIO* bio)
{
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
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

/// Readers see the old bytes or the new ones, whole, also after a crash. The caller holds the lock.
Result<void> replace_file(const std::string& file, mode_t mode, std::string_view bytes)
{
    const std::string fresh = file + ".new";
    ::unlink(fresh.c_str());  // of a process that died here
    const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0) return io_error(fresh);
    bool is_written = true;
    while (is_written && !bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
        is_written = n > 0 || errno == EINTR;
    }
    is_written = is_written && ::fsync(fd) == 0;
    const Error error = io_error(fresh);
    ::close(fd);
    if (!is_written) return error;
    if (::rename(fresh.c_str(), file.c_str()) != 0) return io_error(file);
    return {};
}

/// The directory's exclusive lock, across processes and threads, until destroyed. Waits for its holder, who
/// needs it for milliseconds.
class DirectoryLock {
public:
    static Result<DirectoryLock> take(const Files& files)
    {
        const std::filesystem::path directory(files.directory);
        std::error_code error;
        std::filesystem::create_directories(directory.parent_path(), error);
        if (error) return Error(ErrorKind::Io, files.directory + ": " + error.message());
        if (::mkdir(files.directory.c_str(), 0700) != 0 && errno != EEXIST) return io_error(files.directory);

        DirectoryLock lock(::open(files.lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (lock.fd_ < 0) return io_error(files.lock);
        int outcome = 0;
        do outcome = ::flock(lock.fd_, LOCK_EX);
        while (outcome != 0 && errno == EINTR);
        if (outcome != 0) return io_error(files.lock);
        return lock;
    }

    DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    DirectoryLock& operator=(DirectoryLock&&) = delete;
    ~DirectoryLock()
    {
        if (fd_ >= 0) ::close(fd_);
    }

private:
    explicit DirectoryLock(int fd) : fd_(fd) {}
    int fd_;
};

/// Writes a new CA, its key first: a key without certificate is as good as none.
Result<Signer> replace_ca(const Files& files, EpochMillis now, const Regions& wanted)
{
    Signer ca = make_ca(now, wanted);
    if (auto done = replace_file(files.ca_key, 0600, to_pem(ca.key.get())); !done) return done.error();
    if (auto done = replace_file(files.ca_certificate, 0644, to_pem(ca.certificate.get())); !done)
        return done.error();
    log::info("development_certificate.ca_created", {{"file", files.ca_certificate}});
    return ca;
}

/// Makes what is missing or worn; returns whether that took a new CA. The caller holds the lock.
Result<bool> renew(const Files& files, Kept kept, EpochMillis now, Regions regions)
{
    if (kept.server != nullptr) regions.merge(regions_of(*kept.server));
    if (kept.key == nullptr) {
        kept.key = make_key();
        if (auto done = replace_file(files.key, 0600, to_pem(kept.key.get())); !done) return done.error();
    }

    bool is_new_ca = true;
    std::string why_new_ca = "none is there";
    Signer ca;
    if (kept.ca != nullptr) {
        auto ca_key = read_key_if_any(files.ca_key);
        if (!ca_key) return ca_key.error();
        if (*ca_key != nullptr && EVP_PKEY_is_a(ca_key->get(), "EC") != 1)
            return Error(ErrorKind::BadInput, files.ca_key + ": not an EC key" + kRemedy);
        ca = {std::move(kept.ca), std::move(*ca_key)};
        why_new_ca = "its key is missing";
    }
    if (ca.key != nullptr) {  // it may still be one that cannot sign this: verify() says so
        Kept next{nullptr, make_server(ca, kept.key.get(), now, regions), nullptr};
        why_new_ca = not_after(*ca.certificate) < now + kRenewBefore
                         ? "it expires soon"
                         : verify(next.server.get(), ca.certificate.get());
        is_new_ca = !why_new_ca.empty();
        kept.server = std::move(next.server);
    }
    if (is_new_ca) {
        if (ca.certificate != nullptr)
            log::warn("development_certificate.ca_replaced",
                      {{"file", files.ca_certificate}, {"why", why_new_ca}});
        auto made = replace_ca(files, now, regions);
        if (!made) return made.error();
        ca = std::move(*made);
        kept.server = make_server(ca, kept.key.get(), now, regions);
    }

    const std::string chain = to_pem(kept.server.get()) + to_pem(ca.certificate.get());
    if (auto done = replace_file(files.certificate, 0644, chain); !done) return done.error();
    return is_new_ca;
}

}  // namespace

Result<DevelopmentCertificate> ensure_development_certificate(const std::string& directory,
                                                              EpochMillis now,
                                                              const std::vector<std::string>& regions)
{
    const Regions wanted(regions.begin(), regions.end());
    for (const std::string& region : wanted)
        if (!is_region(region)) return Error(ErrorKind::BadInput, "not a region's name: \"" + region + "\"");

    const Files files(directory);
    DevelopmentCertificate result{files.ca_certificate, files.certificate, files.key};

    // What is whole is used without the lock, from a read-only directory too.
    auto kept = read_kept(files);
    if (!kept) return kept.error();
    if (why_unfit(*kept, now, wanted).empty()) return result;

    const auto lock = DirectoryLock::take(files);
    if (!lock) return lock.error();
    kept = read_kept(files);  // another process may have been first
    if (!kept) return kept.error();
    const std::string why = why_unfit(*kept, now, wanted);
    if (why.empty()) return result;

    const auto renewed = renew(files, std::move(*kept), now, wanted);
    if (!renewed) return renewed.error();
    result.created = *renewed;
    log::info("development_certificate.created", {{"file", files.certificate}, {"why", why}});
    return result;
}

}  // namespace postern::net
