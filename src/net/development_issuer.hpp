// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"
#include "net/tls_context.hpp"

#include <set>
#include <string>
#include <string_view>

/// Issuing and judging development certificates: no files, no clock of its own.
namespace postern::net::development {

using Regions = std::set<std::string>;

struct Signer {
    Certificate certificate;
    PrivateKey key;
};

/// A region is part of a DNS name and of OpenSSL's extension syntax: nothing but a label may get there.
bool is_region(std::string_view s);

PrivateKey make_key();

/// A CA that may sign for localhost, the loopback addresses and the execute-api hosts of AWS's regions and
/// those wanted, and for nothing else: its key is not worth stealing.
Signer make_ca(EpochMillis now, const Regions& wanted);

Certificate make_server(const Signer& ca, EVP_PKEY* key, EpochMillis now, const Regions& regions);

/// The regions whose names a certificate carries.
Regions regions_of(const X509& certificate);

/// What is wrong with `server` as a certificate by `ca`; empty when nothing is. Dates are looked at
/// elsewhere, so that a machine that boots with its clock at zero keeps its CA.
std::string verify(X509* server, X509* ca);

std::string to_pem(X509* certificate);
std::string to_pem(EVP_PKEY* key);

}  // namespace postern::net::development
