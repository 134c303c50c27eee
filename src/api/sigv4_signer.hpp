// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sigv4.hpp"

#include <string>

/// AWS Signature Version 4, the caller's side.
namespace postern::api::sigv4 {

/// What a signature is good for.
struct SigningScope {
    std::string region = "us-east-1";
    std::string service = "execute-api";
};

/// The headers that make `request` a signed one (the header form), to be sent behind its own: X-Amz-Date,
/// X-Amz-Security-Token for a temporary key, Authorization. Every header of the request is signed, so there
/// must be a Host, none that a proxy changes, and none of the three. The path is signed as every service but
/// S3 has it: normalised, and encoded once more.
Headers sign(const Request& request, const AccessKey& key, const SigningScope& scope, EpochMillis now);

}  // namespace postern::api::sigv4
