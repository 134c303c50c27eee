// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string>

namespace postern::app {

/// The file of the certificate authorities that this machine trusts: SSL_CERT_FILE if it is set, else the
/// first of the usual places that there is. Empty when there is none.
std::string system_roots_file();

/// Makes `directory`/ca-bundle.pem: the authorities of `roots_file` ("" for none), then those of
/// `development_ca_file`. It is for AWS_CA_BUNDLE, SSL_CERT_FILE and REQUESTS_CA_BUNDLE of functions, which
/// replace the system's authorities instead of adding to them. Returns its path.
///
/// Written only when it would change, and then at once: a function that is starting reads the old file or
/// the new one. `directory` is there. A file that cannot be read or written is an error that names it.
Result<std::string> ensure_ca_bundle(const std::string& directory,
                                     const std::string& development_ca_file,
                                     const std::string& roots_file = system_roots_file());

}  // namespace postern::app
