// SPDX-License-Identifier: Apache-2.0
#include "net/development_certificate.hpp"

#include "core/log.hpp"
#include "core/replace_file.hpp"
#include "net/development_issuer.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace postern::net {
namespace {

using namespace development;

constexpr EpochMillis kDay = 24LL * 60 * 60 * 1000;
constexpr EpochMillis kRenewBefore = 30 * kDay;
constexpr const char* kRemedy = "; remove the file to have another made";

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

Error io_error(const std::string& file)
{
    return Error(ErrorKind::Io, file + ": " + std::strerror(errno));
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
