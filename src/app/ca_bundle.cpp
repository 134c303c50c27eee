// SPDX-License-Identifier: Apache-2.0
#include "app/ca_bundle.hpp"

#include "core/replace_file.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace postern::app {

namespace {

constexpr std::array kUsualRoots = {
    "/etc/ssl/certs/ca-certificates.crt",  // Debian, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",    // Fedora
    "/etc/ssl/ca-bundle.pem",              // openSUSE
    "/usr/lib/ssl/cert.pem",               // OpenSSL's own
    "/etc/ssl/cert.pem",
};
constexpr mode_t kReadableByAll = 0644;

Result<std::string> read_whole(const std::string& file)
{
    std::ifstream stream(file, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(stream), {}};
    if (!stream) return Error(ErrorKind::Io, file + ": " + std::strerror(errno));
    return content;
}

}  // namespace

std::string system_roots_file()
{
    const char* chosen = std::getenv("SSL_CERT_FILE");
    if (chosen != nullptr && *chosen != '\0') return chosen;
    std::error_code error;
    for (const char* file : kUsualRoots) {
        if (std::filesystem::is_regular_file(file, error)) return file;
    }
    return {};
}

Result<std::string> ensure_ca_bundle(const std::string& directory,
                                     const std::string& development_ca_file,
                                     const std::string& roots_file)
{
    std::string wanted;
    for (const std::string& file : {roots_file, development_ca_file}) {
        if (file.empty()) continue;
        const Result<std::string> certificates = read_whole(file);
        if (!certificates) return certificates.error();
        wanted += *certificates;
        if (!wanted.ends_with('\n')) wanted += '\n';
    }
    const std::string bundle = std::filesystem::absolute(directory + "/ca-bundle.pem").lexically_normal();
    const Result<std::string> present = read_whole(bundle);
    if (present && *present == wanted) return bundle;
    if (const Result<void> done = replace_file(bundle, kReadableByAll, wanted); !done) return done.error();
    return bundle;
}

}  // namespace postern::app
