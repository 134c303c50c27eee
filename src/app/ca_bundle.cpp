// SPDX-License-Identifier: Apache-2.0
#include "app/ca_bundle.hpp"

#include "core/replace_file.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace postern::app {

namespace {

std::optional<std::string> content_of(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

std::vector<std::string> system_root_files()
{
    return {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};
}

Result<std::string> ensure_ca_bundle(const std::string& development_ca,
                                     const std::vector<std::string>& root_files)
{
    const std::optional<std::string> ca = content_of(development_ca);
    if (!ca) return Error(ErrorKind::Io, "the development CA cannot be read: " + development_ca);
    std::string wanted;
    for (const std::string& file : root_files) {
        const std::optional<std::string> roots = content_of(file);
        if (!roots) continue;
        wanted = *roots;
        if (!wanted.empty() && wanted.back() != '\n') wanted += '\n';
        break;
    }
    wanted += *ca;

    const std::string path = (std::filesystem::path(development_ca).parent_path() / "ca-bundle.pem").string();
    if (content_of(path) == wanted) return path;
    const Result<void> written = replace_file(path, 0644, wanted);
    if (!written) return written.error();
    return path;
}

}  // namespace postern::app
