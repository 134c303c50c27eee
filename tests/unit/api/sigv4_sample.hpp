// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sigv4.hpp"
#include "catch.hpp"
#include "core/hash.hpp"
#include "unit/api/sigv4_vectors.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Requests to verify, and whom to ask.
namespace postern::test {

/// 2015-08-30 12:36:00, the time of AWS's suite.
inline constexpr EpochMillis kSuiteNow = 1440938160000;
/// 2026-09-25 09:20:29
inline constexpr EpochMillis kNow = 1790328029000;

inline constexpr std::string_view kPath = "/dev/@connections/gbgA_S5PGQAYKEilZA%3D%3D";

inline api::sigv4::Verifier suite_verifier(std::string token = {})
{
    return api::sigv4::Verifier(
        {"service", {"us-east-1"}},
        {{"OTHER", "another", "", ""},
         {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", std::move(token), "arn:x"}});
}

inline api::sigv4::Verifier sdk_verifier(std::string token = {}, std::vector<std::string> regions = {})
{
    return api::sigv4::Verifier(
        {"execute-api", std::move(regions)},
        {{std::string(kSdkKeyId), std::string(kSdkSecret), std::move(token), "arn:u"}});
}

/// A request that can be changed before it is verified.
struct Sample {
    std::string method = "POST";
    std::string path{kPath};
    std::string query;
    api::Headers headers;
    std::string payload = "hello";

    api::sigv4::Outcome verify(const api::sigv4::Verifier& verifier, EpochMillis now = kNow) const
    {
        return verifier.verify({method, path, query, headers, payload}, now);
    }

    std::string& header(std::string_view name)
    {
        const auto found = std::find_if(
            headers.begin(), headers.end(), [&](const api::Header& h) { return h.name == name; });
        REQUIRE(found != headers.end());
        return found->value;
    }

    void remove(std::string_view name)
    {
        headers.erase(
            std::remove_if(
                headers.begin(), headers.end(), [&](const api::Header& h) { return h.name == name; }),
            headers.end());
    }
};

inline std::string authorization(std::string_view credential,
                                 std::string_view names,
                                 std::string_view signature)
{
    return "AWS4-HMAC-SHA256 Credential=" + std::string(credential) +
           ", SignedHeaders=" + std::string(names) + ", Signature=" + std::string(signature);
}

inline const std::string kSdkCredential = "AKIAPOSTERNEXAMPLE01/20260925/eu-west-1/execute-api/aws4_request";

inline Sample sdk_sample(const SignedVector& v)
{
    Sample sample{
        std::string(v.method), std::string(v.path), std::string(v.query), v.headers, std::string(v.payload)};
    sample.headers.push_back({"X-Amz-Date", "20260925T092029Z"});
    sample.headers.push_back({"Authorization", authorization(kSdkCredential, v.signed_headers, v.signature)});
    return sample;
}

/// boto3's post.
inline Sample boto_post()
{
    return sdk_sample(sdk_requests().front());
}

/// A signer of the test's own, to sign what no SDK would.
struct Signer {
    std::string path;  ///< as it stands in the canonical request
    std::string payload_hash = hash::sha256_hex("hello");
    std::string time = "20260925T092029Z";

    Sample sign(Sample sample = {}) const
    {
        sample.headers.push_back({"Host", "localhost:8080"});
        sample.headers.push_back({"X-Amz-Date", time});
        const std::string canonical = sample.method + "\n" + path + "\n" + sample.query +
                                      "\nhost:localhost:8080\nx-amz-date:" + time + "\n\nhost;x-amz-date\n" +
                                      payload_hash;
        const std::string date = time.substr(0, 8);
        const std::string scope = date + "/eu-west-1/execute-api/aws4_request";
        std::string key = "AWS4" + std::string(kSdkSecret);
        for (const std::string_view part : {std::string_view(date),
                                            std::string_view("eu-west-1"),
                                            std::string_view("execute-api"),
                                            std::string_view("aws4_request")}) {
            key = hash::bytes_of(hash::hmac_sha256(key, part));
        }
        const std::string text =
            "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + hash::sha256_hex(canonical);
        sample.headers.push_back({"Authorization",
                                  authorization(std::string(kSdkKeyId) + "/" + scope,
                                                "host;x-amz-date",
                                                hash::hex(hash::hmac_sha256(key, text)))});
        return sample;
    }
};

inline constexpr std::string_view kBotoCanonicalPath = "/dev/%40connections/gbgA_S5PGQAYKEilZA%253D%253D";

}  // namespace postern::test
