// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/header.hpp"
#include "core/clock.hpp"

#include <string>
#include <string_view>
#include <vector>

/// AWS Signature Version 4, the service's side: who signed this request, and did they sign exactly this?
/// The messages are AWS's; where a text is not captured its function says so.
namespace postern::api::sigv4 {

/// A request as it came over the wire. Borrows everything.
struct Request {
    std::string_view method;
    std::string_view path;   ///< of the request target, not decoded, without the query
    std::string_view query;  ///< behind the '?', not decoded
    const Headers& headers;
    std::string_view payload;
};

/// One who may sign. Neither `secret` nor `session_token` ever appears in a message.
struct AccessKey {
    std::string id;
    std::string secret;         ///< not empty
    std::string session_token;  ///< a temporary key's; X-Amz-Security-Token must then be the same
    std::string user_arn;       ///< the principal, as named in refusals
};

/// Who has signed, for the log.
struct Principal {
    std::string access_key_id;  ///< empty: nobody who is known
    std::string user_arn;
};

enum class Verdict {
    Verified,
    MissingAuthenticationToken,  ///< not signed at all
    IncompleteSignature,         ///< what should be a signature lacks parts or has malformed ones
    InvalidSignature,            ///< signed with another secret, for another request or another scope
    UnknownAccessKey,            ///< also: another session token than the key's
    Expired,
    NotYetCurrent,
};

struct Outcome {
    Verdict verdict = Verdict::MissingAuthenticationToken;
    const AccessKey* key = nullptr;  ///< when Verified; borrowed from the verifier
    std::string message;             ///< otherwise: AWS's words to the caller; may hold any bytes they sent
};

struct VerifierOptions {
    std::string service = "execute-api";
    std::vector<std::string> regions;  ///< those a signature may be scoped to; none = any
};

/// Verifies the header form (`Authorization: AWS4-HMAC-SHA256 ...`) and the presigned form (X-Amz-* in the
/// query). Since clients and the proxies between encode a path in several ways, each of canonical_paths() is
/// tried (spec data-plane 7.1). Immutable; thread: any.
class Verifier {
public:
    Verifier(VerifierOptions options, std::vector<AccessKey> keys);

    Outcome verify(const Request& request, EpochMillis now) const;

private:
    const AccessKey* find_key(std::string_view id) const;

    VerifierOptions options_;
    std::vector<AccessKey> keys_;
};

}  // namespace postern::api::sigv4
