// SPDX-License-Identifier: Apache-2.0
#include "api/sigv4_signer.hpp"

#include "catch.hpp"
#include "unit/api/sigv4_sample.hpp"

using namespace postern;
using namespace postern::api;
using namespace postern::api::sigv4;
using namespace postern::test;

namespace {

const AccessKey kSuiteKey{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "", ""};
const std::string kSuiteCredential = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";

Headers signed_by(const Sample& sample, const AccessKey& key, const SigningScope& scope, EpochMillis now)
{
    return sign({sample.method, sample.path, sample.query, sample.headers, sample.payload}, key, scope, now);
}

Sample with(Sample sample, const Headers& added)
{
    sample.headers.insert(sample.headers.end(), added.begin(), added.end());
    return sample;
}

}  // namespace

TEST_CASE("Signing AWS's published requests gives the published Authorization headers")
{
    int signed_ones = 0;
    for (const SignedVector& v : aws_suite()) {
        // What S3 alone does: the path as it is.
        if (v.name.find("not normalised") != std::string_view::npos) continue;
        CAPTURE(v.name);
        ++signed_ones;
        Sample sample{std::string(v.method),
                      std::string(v.path),
                      std::string(v.query),
                      v.headers,
                      std::string(v.payload)};
        sample.headers.push_back({"Host", "example.amazonaws.com"});
        const Headers added = signed_by(sample, kSuiteKey, {"us-east-1", "service"}, kSuiteNow);
        REQUIRE(added.size() == 2);
        CHECK(added[0] == Header{"X-Amz-Date", "20150830T123600Z"});
        CHECK(added[1] ==
              Header{"Authorization", authorization(kSuiteCredential, v.signed_headers, v.signature)});
    }
    CHECK(signed_ones > 15);
}

TEST_CASE("A temporary key's token is sent and signed")
{
    // get-vanilla-with-session-token
    AccessKey key = kSuiteKey;
    key.session_token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
    Sample sample{"GET", "/", "", {{"Host", "example.amazonaws.com"}}, ""};
    const Headers added = signed_by(sample, key, {"us-east-1", "service"}, kSuiteNow);
    REQUIRE(added.size() == 3);
    CHECK(added[1] == Header{"X-Amz-Security-Token", key.session_token});
    CHECK(added[2].value ==
          authorization(kSuiteCredential,
                        "host;x-amz-date;x-amz-security-token",
                        "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"));
}

TEST_CASE("What is signed verifies, for its secret, its scope, its time and its request only")
{
    const AccessKey key{std::string(kSdkKeyId), std::string(kSdkSecret), "", ""};
    const SigningScope scope{"eu-west-1", "execute-api"};
    Sample sample;
    sample.query = "stage=dev&api=%C3%A9 x&api=a";
    sample.headers = {{"Host", "localhost:8081"}, {"Content-Length", "5"}};
    const Sample made = with(sample, signed_by(sample, key, scope, kNow));
    CHECK(made.verify(sdk_verifier({}, {"eu-west-1"})).verdict == Verdict::Verified);
    CHECK(made.verify(sdk_verifier({}, {"us-east-1"})).verdict == Verdict::InvalidSignature);
    CHECK(made.verify(sdk_verifier(), kNow + 301'000).verdict == Verdict::Expired);

    const auto spoiled = [&](auto change) {
        Sample other = made;
        change(other);
        return other.verify(sdk_verifier()).verdict;
    };
    CHECK(spoiled([](Sample& s) { s.payload += "!"; }) == Verdict::InvalidSignature);
    CHECK(spoiled([](Sample& s) { s.method = "DELETE"; }) == Verdict::InvalidSignature);
    CHECK(spoiled([](Sample& s) { s.path += "x"; }) == Verdict::InvalidSignature);
    CHECK(spoiled([](Sample& s) { s.query += "&x=1"; }) == Verdict::InvalidSignature);
    CHECK(spoiled([](Sample& s) { s.header("Host") = "evil.example"; }) == Verdict::InvalidSignature);
    AccessKey forged = key;
    forged.secret = "another";
    CHECK(with(sample, signed_by(sample, forged, scope, kNow)).verify(sdk_verifier()).verdict ==
          Verdict::InvalidSignature);
}
