// SPDX-License-Identifier: Apache-2.0
#include "api/sigv4_signature.hpp"

#include "core/text.hpp"

namespace postern::api::sigv4 {

std::optional<Credential> split_credential(std::string_view text)
{
    const auto parts = text::split(text, '/');
    if (parts.size() != 5) return std::nullopt;
    return Credential{parts[0], parts[1], parts[2], parts[3], parts[4], text.substr(parts[0].size() + 1)};
}

hash::Sha256 signing_key(std::string_view secret, const Credential& credential)
{
    hash::Sha256 step = hash::hmac_sha256("AWS4" + std::string(secret), credential.date);
    for (const std::string_view part : {credential.region, credential.service, credential.terminator}) {
        step = hash::hmac_sha256(hash::bytes_of(step), part);
    }
    return step;
}

std::string string_to_sign(EpochSeconds signed_at,
                           const Credential& credential,
                           std::string_view canonical_request)
{
    std::string out(kAlgorithm);
    out.append(1, '\n').append(basic_time(signed_at));
    out.append(1, '\n').append(credential.scope);
    out.append(1, '\n').append(hash::sha256_hex(canonical_request));
    return out;
}

std::string signature_of(const hash::Sha256& signing_key, std::string_view string_to_sign)
{
    return hash::hex(hash::hmac_sha256(hash::bytes_of(signing_key), string_to_sign));
}

}  // namespace postern::api::sigv4
