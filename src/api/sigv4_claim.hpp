// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sigv4.hpp"
#include "api/sigv4_canonical.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What a request says about its signature, read but not yet believed.
namespace postern::api::sigv4 {

using EpochSeconds = std::int64_t;

struct Claim {
    bool is_presigned = false;
    std::string algorithm;
    std::string credential;  ///< key id, date, region, service and terminator between slashes
    std::vector<std::string> signed_headers;  ///< lower case, sorted, none twice
    std::string signature;
    std::string security_token;
    EpochSeconds signed_at = 0;
    EpochSeconds lifetime = 0;  ///< of a presigned request that says so; 0 = as any other
};

/// `parameters` are the request's. The Outcome is a refusal.
std::variant<Claim, Outcome> read_claim(const Request& request, const Parameters& parameters);

/// "20150830T123600Z"
std::string basic_time(EpochSeconds at);

/// From "20150830T123600Z" or, as in a Date header, "Sun, 30 Aug 2015 12:36:00 GMT".
std::optional<EpochSeconds> parse_time(std::string_view text);

}  // namespace postern::api::sigv4
