// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"
#include "core/result.hpp"

#include <string>
#include <vector>

namespace postern::net {

/// Where the development certificates lie.
struct DevelopmentCertificate {
    std::string ca_certificate_file;  ///< what a client has to trust
    std::string certificate_file;     ///< the server's certificate, then the CA's
    std::string private_key_file;
    bool created = false;  ///< this call made the CA: no client can trust it yet
};

/// A CA of this machine and a server certificate by it, kept in `directory` (made with mode 0700) and used
/// again from start to start: wss:// works in development with one CA to trust, once.
///
/// The certificate is for localhost, *.localhost, *.execute-api.localhost, 127.0.0.1, ::1 and
/// *.execute-api.REGION.amazonaws.com of each region; the CA can sign for no other names, so its key in the
/// wrong hands endangers nothing else. (OpenSSL, Node.js and browsers accept no wildcard right below a
/// top-level name: for them api.execute-api.localhost works and api.localhost does not.)
///
/// The server's certificate is made anew 30 days before it expires and when a region is missing; it keeps its
/// key and the regions it already has, so that gateways with different regions may share a directory. The CA
/// is made anew when it cannot sign what is needed: it expires, has lost its key, or does not permit a
/// region.
///
/// Processes and threads may call this at the same time for one directory. A file that is there but cannot be
/// read is an error that names it.
Result<DevelopmentCertificate> ensure_development_certificate(const std::string& directory,
                                                              EpochMillis now,
                                                              const std::vector<std::string>& regions);

}  // namespace postern::net
