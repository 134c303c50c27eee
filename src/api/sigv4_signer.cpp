// SPDX-License-Identifier: Apache-2.0
#include "api/sigv4_signer.hpp"

#include "api/sigv4_canonical.hpp"
#include "api/sigv4_signature.hpp"
#include "core/check.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"

#include <set>
#include <utility>

namespace postern::api::sigv4 {

Headers sign(const Request& request, const AccessKey& key, const SigningScope& scope, EpochMillis now)
{
    const EpochSeconds signed_at = now / 1000;
    Headers added{{"X-Amz-Date", basic_time(signed_at)}};
    if (!key.session_token.empty()) added.push_back({"X-Amz-Security-Token", key.session_token});

    Headers all = request.headers;
    all.insert(all.end(), added.begin(), added.end());
    std::set<std::string> sorted;
    for (const Header& header : all) sorted.insert(text::lower(header.name));
    POSTERN_CHECK(sorted.contains("host"));
    const std::vector<std::string> names(sorted.begin(), sorted.end());
    std::string signed_headers;
    for (const std::string& name : names) signed_headers += (signed_headers.empty() ? "" : ";") + name;

    const Request whole{request.method, request.path, request.query, all, request.payload};
    const CanonicalRequest canonical(whole, names, canonical_query(parse_parameters(request.query), false));
    const std::string text = canonical.text(canonical_path(request.path), hash::sha256_hex(request.payload));

    const std::string id = key.id + '/' + basic_time(signed_at).substr(0, 8) + '/' + scope.region + '/' +
                           scope.service + '/' + std::string(kTerminator);
    const auto credential = split_credential(id);
    POSTERN_CHECK(credential.has_value());
    const std::string signature =
        signature_of(signing_key(key.secret, *credential), string_to_sign(signed_at, *credential, text));
    added.push_back({"Authorization",
                     std::string(kAlgorithm) + " Credential=" + id + ", SignedHeaders=" + signed_headers +
                         ", Signature=" + signature});
    return added;
}

}  // namespace postern::api::sigv4
