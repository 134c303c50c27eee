// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sigv4_claim.hpp"
#include "core/hash.hpp"

#include <optional>
#include <string>
#include <string_view>

/// From the canonical request to the signature: the steps that signer and verifier both take.
namespace postern::api::sigv4 {

inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kTerminator = "aws4_request";

/// Who signs, and for what. Borrows everything.
struct Credential {
    std::string_view key_id;
    std::string_view date;  ///< "20150830"
    std::string_view region;
    std::string_view service;
    std::string_view terminator;
    std::string_view scope;  ///< the last four, with their slashes
};

/// "KEYID/20150830/us-east-1/service/aws4_request"; nothing when it has not five parts.
std::optional<Credential> split_credential(std::string_view text);

hash::Sha256 signing_key(std::string_view secret, const Credential& credential);

std::string string_to_sign(EpochSeconds signed_at,
                           const Credential& credential,
                           std::string_view canonical_request);

/// 64 lower-case digits.
std::string signature_of(const hash::Sha256& signing_key, std::string_view string_to_sign);

}  // namespace postern::api::sigv4
