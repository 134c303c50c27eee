// SPDX-License-Identifier: Apache-2.0
#include "api/sigv4.hpp"

#include "api/sigv4_canonical.hpp"
#include "api/sigv4_claim.hpp"
#include "api/sigv4_signature.hpp"
#include "core/check.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace postern::api::sigv4 {

namespace {

constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

/// How far the signer's clock may be off, and how long a signature holds that names no lifetime (DOC; ISSUE
/// aws-sdk-js #254).
constexpr EpochSeconds kSkew = 300;

/// Own: SDKs sign a handful, and each costs a look at all headers.
constexpr std::size_t kSignedHeadersMax = 64;

Outcome refusal(Verdict verdict, std::string message)
{
    return {verdict, nullptr, std::move(message)};
}

/// "5 min.", as AWS writes its own window; that of a presigned request's lifetime is UNCONFIRMED.
std::string window_text(EpochSeconds window)
{
    return window % 60 == 0 ? std::to_string(window / 60) + " min." : std::to_string(window) + " sec.";
}

std::optional<Outcome> check_time(const Claim& claim, EpochSeconds now)
{
    const std::string signed_at = basic_time(claim.signed_at);
    if (claim.signed_at > now + kSkew) {
        return refusal(Verdict::NotYetCurrent,
                       "Signature not yet current: " + signed_at + " is still later than " +
                           basic_time(now + kSkew) + " (" + basic_time(now) + " + " + window_text(kSkew) +
                           ")");
    }
    const EpochSeconds lifetime = claim.lifetime == 0 ? kSkew : claim.lifetime;
    if (claim.signed_at + lifetime < now) {
        return refusal(Verdict::Expired,
                       "Signature expired: " + signed_at + " is now earlier than " +
                           basic_time(now - lifetime) + " (" + basic_time(now) + " - " +
                           window_text(lifetime) + ")");
    }
    return std::nullopt;
}

std::optional<Outcome> check_signed_headers(const Claim& claim, const Headers& headers)
{
    const auto& names = claim.signed_headers;
    if (!std::binary_search(names.begin(), names.end(), "host")) {
        return refusal(Verdict::InvalidSignature,
                       "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    }
    if (names.size() > kSignedHeadersMax) {
        return refusal(Verdict::IncompleteSignature,
                       "At most " + std::to_string(kSignedHeadersMax) + " headers may be signed.");
    }
    for (const std::string& name : names) {
        const bool is_there = std::any_of(
            headers.begin(), headers.end(), [&](const Header& h) { return text::iequals(h.name, name); });
        if (!is_there) {
            return refusal(
                Verdict::IncompleteSignature,
                "'" + name + "' is named as a SignedHeader, but it does not exist in the HTTP request.");
        }
    }
    return std::nullopt;
}

/// Everything that is wrong with the scope, at once, as AWS says it.
std::optional<Outcome> check_scope(const Credential& credential,
                                   const Claim& claim,
                                   const VerifierOptions& options)
{
    std::string wrong;
    const auto& regions = options.regions;
    if (!regions.empty() && std::find(regions.begin(), regions.end(), credential.region) == regions.end()) {
        wrong += "Credential should be scoped to a valid region. ";
    }
    if (credential.service != options.service) {
        wrong += "Credential should be scoped to correct service: '" + options.service + "'. ";
    }
    if (credential.terminator != kTerminator) {
        wrong += "Credential should be scoped with a valid terminator: 'aws4_request', not '" +
                 std::string(credential.terminator) + "'. ";
    }
    const std::string signed_at = basic_time(claim.signed_at);
    if (credential.date != std::string_view(signed_at).substr(0, 8)) {
        wrong +=
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
            std::string(credential.date) + "' != '" + signed_at.substr(0, 8) + "', from '" + signed_at + "'.";
    }
    if (wrong.empty()) return std::nullopt;
    return refusal(Verdict::InvalidSignature, wrong);
}

/// What the signer may have put for the payload; `is_lie` when the request itself names another hash.
struct PayloadHashes {
    std::vector<std::string> hashes;
    bool is_lie = false;
};

PayloadHashes payload_hashes(const Request& request, bool is_presigned)
{
    const std::string computed = hash::sha256_hex(request.payload);
    const std::string named = canonical_value(request.headers, "x-amz-content-sha256");
    if (named == kUnsignedPayload) return {{named}};
    if (!named.empty()) return {{computed}, named != computed};
    if (is_presigned) return {{computed, std::string(kUnsignedPayload)}};
    return {{computed}};
}

Outcome check_signature(const Request& request,
                        const Claim& claim,
                        const Credential& credential,
                        const Parameters& parameters,
                        const AccessKey& key)
{
    const CanonicalRequest canonical(
        request, claim.signed_headers, canonical_query(parameters, claim.is_presigned));
    const hash::Sha256 derived = signing_key(key.secret, credential);
    const PayloadHashes payload = payload_hashes(request, claim.is_presigned);
    const auto is_signed_as = [&](const std::string& path) {
        return std::any_of(
            payload.hashes.begin(), payload.hashes.end(), [&](const std::string& payload_hash) {
                const std::string text =
                    string_to_sign(claim.signed_at, credential, canonical.text(path, payload_hash));
                return hash::equal_constant_time(signature_of(derived, text), claim.signature);
            });
    };
    // Nearly every signer writes AWS's own form; the others are only made when it fails.
    const std::string path = canonical_path(request.path);
    bool is_verified = is_signed_as(path);
    if (!is_verified) {
        const std::vector<std::string> paths = canonical_paths(request.path);
        is_verified = std::any_of(paths.begin() + 1, paths.end(), is_signed_as);
    }
    if (is_verified && !payload.is_lie) return {Verdict::Verified, &key, {}};

    const std::string expected = canonical.text(path, payload.hashes.front());
    return refusal(Verdict::InvalidSignature,
                   "The request signature we calculated does not match the signature you provided. Check "
                   "your AWS Secret Access Key and signing method. Consult the service documentation for "
                   "details.\n\nThe Canonical String for this request should have been\n'" +
                       expected + "'\n\nThe String-to-Sign should have been\n'" +
                       string_to_sign(claim.signed_at, credential, expected) + "'\n");
}

}  // namespace

Verifier::Verifier(VerifierOptions options, std::vector<AccessKey> keys)
    : options_(std::move(options)), keys_(std::move(keys))
{
    for (const AccessKey& key : keys_) POSTERN_CHECK(!key.id.empty() && !key.secret.empty());
}

/// The order of the checks is AWS's (OBS: dynalite, for another service of the same front).
Outcome Verifier::verify(const Request& request, EpochMillis now) const
{
    const Parameters parameters = parse_parameters(request.query);
    const auto read = read_claim(request, parameters);
    if (const Outcome* refused = std::get_if<Outcome>(&read)) return *refused;
    const Claim& claim = std::get<Claim>(read);

    if (auto refused = check_time(claim, now / 1000)) return *refused;
    if (auto refused = check_signed_headers(claim, request.headers)) return *refused;
    if (claim.algorithm != kAlgorithm) {
        return refusal(
            Verdict::IncompleteSignature,
            "Unsupported AWS 'algorithm': '" + claim.algorithm + "' (only AWS4-HMAC-SHA256 for now). ");
    }
    const auto credential = split_credential(claim.credential);
    if (!credential) {
        return refusal(Verdict::IncompleteSignature,
                       "Credential must have exactly 5 slash-delimited elements, e.g. "
                       "keyid/date/region/service/term, got '" +
                           claim.credential + "'");
    }
    if (auto refused = check_scope(*credential, claim, options_)) return *refused;
    const AccessKey* key = find_key(credential->key_id);
    if (key == nullptr || !hash::equal_constant_time(claim.security_token, key->session_token)) {
        return refusal(Verdict::UnknownAccessKey, "The security token included in the request is invalid.");
    }
    return check_signature(request, claim, *credential, parameters, *key);
}

const AccessKey* Verifier::find_key(std::string_view id) const
{
    const auto found =
        std::find_if(keys_.begin(), keys_.end(), [&](const AccessKey& k) { return k.id == id; });
    return found == keys_.end() ? nullptr : &*found;
}

}  // namespace postern::api::sigv4
