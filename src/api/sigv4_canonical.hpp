// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sigv4.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The canonical request: the one text that signer and verifier both make of a request.
namespace postern::api::sigv4 {

/// Query parameters, decoded, in wire order. '+' stands for itself, as in AWS's canonical query.
using Parameters = std::vector<std::pair<std::string, std::string>>;

Parameters parse_parameters(std::string_view raw_query);

/// Sorted and encoded anew, without X-Amz-Signature when `is_presigned`.
std::string canonical_query(const Parameters& parameters, bool is_presigned);

/// A header's value as signed: of several fields of that name the values in wire order with commas between;
/// trimmed, inner white space as one space.
std::string canonical_value(const Headers& headers, std::string_view name);

/// AWS's own form of a wire path: `//` and dot segments resolved, each segment as sent and encoded once more.
std::string canonical_path(std::string_view wire_path);

/// All forms in which SDKs and proxies are known to write it, canonical_path() first and none twice.
std::vector<std::string> canonical_paths(std::string_view wire_path);

/// What of a canonical request does not depend on the path's form or the payload's.
class CanonicalRequest {
public:
    /// `signed_headers`: lower-case names, sorted.
    CanonicalRequest(const Request& request,
                     const std::vector<std::string>& signed_headers,
                     std::string_view query);

    std::string text(std::string_view path, std::string_view payload_hash) const;

private:
    std::string method_;
    std::string middle_;  ///< from behind the path to before the payload's hash
};

}  // namespace postern::api::sigv4
