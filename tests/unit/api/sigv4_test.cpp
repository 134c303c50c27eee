// SPDX-License-Identifier: Apache-2.0
#include "api/sigv4.hpp"

#include "catch.hpp"
#include "core/hash.hpp"
#include "unit/api/sigv4_sample.hpp"

using namespace postern;
using namespace postern::api;
using namespace postern::api::sigv4;
using namespace postern::test;

TEST_CASE("AWS's published test suite verifies")
{
    const Verifier verifier = suite_verifier();
    for (const SignedVector& v : aws_suite()) {
        CAPTURE(v.name);
        Sample sample{std::string(v.method),
                      std::string(v.path),
                      std::string(v.query),
                      v.headers,
                      std::string(v.payload)};
        sample.headers.push_back({"Host", "example.amazonaws.com"});
        sample.headers.push_back({"X-Amz-Date", "20150830T123600Z"});
        sample.headers.push_back(
            {"Authorization",
             authorization(
                 "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request", v.signed_headers, v.signature)});
        const Outcome outcome = sample.verify(verifier, kSuiteNow);
        CAPTURE(outcome.message);
        REQUIRE(outcome.verdict == Verdict::Verified);
        CHECK(outcome.key->id == "AKIDEXAMPLE");
        CHECK(outcome.key->user_arn == "arn:x");

        sample.header("Authorization").back() ^= 1;
        CHECK(sample.verify(verifier, kSuiteNow).verdict == Verdict::InvalidSignature);
    }
}

TEST_CASE("AWS's suite with session tokens verifies, and only with the key's own token")
{
    const auto with_token = [](std::string token, std::string_view names, std::string_view signature) {
        Sample sample{"GET", "/", "", {}, ""};
        sample.headers = {
            {"Host", "example.amazonaws.com"},
            {"X-Amz-Date", "20150830T123600Z"},
            {"X-Amz-Security-Token", std::move(token)},
            {"Authorization",
             authorization("AKIDEXAMPLE/20150830/us-east-1/service/aws4_request", names, signature)}};
        return sample;
    };
    const std::string token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
    const Sample signed_token =
        with_token(token,
                   "host;x-amz-date;x-amz-security-token",
                   "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8");
    CHECK(signed_token.verify(suite_verifier(token), kSuiteNow).verdict == Verdict::Verified);
    // post-sts-header-after: the token joins a request that is signed already
    const Sample token_after = with_token(
        token, "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    CHECK(token_after.verify(suite_verifier(token), kSuiteNow).verdict == Verdict::Verified);

    for (const std::string& other : {std::string(), std::string("other"), token + "x"}) {
        CAPTURE(other);
        const Outcome outcome = signed_token.verify(suite_verifier(other), kSuiteNow);
        CHECK(outcome.verdict == Verdict::UnknownAccessKey);
        CHECK(outcome.message == "The security token included in the request is invalid.");
    }
    Sample without = token_after;
    without.remove("X-Amz-Security-Token");
    CHECK(without.verify(suite_verifier(token), kSuiteNow).verdict == Verdict::UnknownAccessKey);
    CHECK(without.verify(suite_verifier(), kSuiteNow).verdict == Verdict::Verified);
}

TEST_CASE("a presigned request of AWS's suite verifies until it expires")
{
    Sample sample{"GET", "/", "", {}, ""};
    sample.headers = {{"Host", "example.amazonaws.com"},
                      {"My-Header1", "value2"},
                      {"My-Header1", "value2"},
                      {"My-Header1", "value1"}};
    sample.query =
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2F"
        "aws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host%3Bmy-header1&X-Amz-Expires=3600&"
        "X-Amz-Signature=3349ee0b81b4b589da0ff28a395c3591e04de515651dd74f298fa992d1507a97";
    CHECK(sample.verify(suite_verifier(), kSuiteNow).verdict == Verdict::Verified);
    CHECK(sample.verify(suite_verifier(), kSuiteNow + 3'600'000).verdict == Verdict::Verified);
    const Outcome late = sample.verify(suite_verifier(), kSuiteNow + 3'601'000);
    CHECK(late.verdict == Verdict::Expired);
    CHECK(late.message ==
          "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T133601Z - 60 "
          "min.)");
    CHECK(sample.verify(suite_verifier(), kSuiteNow - 300'000).verdict == Verdict::Verified);
    CHECK(sample.verify(suite_verifier(), kSuiteNow - 301'000).verdict == Verdict::NotYetCurrent);
}

TEST_CASE("what SDKs send verifies")
{
    for (const SignedVector& v : sdk_requests()) {
        CAPTURE(v.name);
        const Outcome outcome = sdk_sample(v).verify(sdk_verifier());
        CAPTURE(outcome.message);
        CHECK(outcome.verdict == Verdict::Verified);
    }
    Sample deletion{"DELETE", std::string(kPath), "", {}, ""};
    deletion.headers = {{"Host", "abc123.execute-api.eu-west-1.amazonaws.com"},
                        {"X-Amz-Date", "20260925T092029Z"},
                        {"X-Amz-Security-Token", std::string(kSdkToken)},
                        {"Authorization",
                         authorization(kSdkCredential,
                                       "host;x-amz-date;x-amz-security-token",
                                       "88226d13f9e298ab799b4c868d582c0c3686c6803676198d0890ad93f3de4f3f")}};
    CHECK(deletion.verify(sdk_verifier(std::string(kSdkToken))).verdict == Verdict::Verified);
}

TEST_CASE("what SDKs presign verifies")
{
    const std::string credential =
        "X-Amz-Credential=AKIAPOSTERNEXAMPLE01%2F20260925%2Feu-west-1%2Fexecute-api%2Faws4_request&";
    const std::string boto =
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&" + credential + "X-Amz-Date=20260925T092029Z&";
    Sample sample{"GET", std::string(kPath), "", {{"Host", "localhost:8080"}}, ""};
    SECTION("boto3, for a minute")
    {
        sample.query = boto +
                       "X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature="
                       "9d81404419f4406d957eee3856393f93da465b0e408c785f61fa6ef6a39ee0ac";
        CHECK(sample.verify(sdk_verifier(), kNow + 60'999).verdict == Verdict::Verified);
        CHECK(sample.verify(sdk_verifier(), kNow + 61'000).verdict == Verdict::Expired);
        sample.method = "DELETE";
        CHECK(sample.verify(sdk_verifier()).verdict == Verdict::InvalidSignature);
        sample.method = "GET";
        sample.payload = "x";
        CHECK(sample.verify(sdk_verifier()).verdict == Verdict::InvalidSignature);
    }
    SECTION("boto3, DELETE")
    {
        sample.method = "DELETE";
        sample.query = boto +
                       "X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature="
                       "868d83dcbb0217b7d59f17d013a7ad9ab448711644f1eabc6894581e7a5f162f";
        CHECK(sample.verify(sdk_verifier()).verdict == Verdict::Verified);
    }
    SECTION("boto3, with a session token")
    {
        sample.query =
            boto +
            "X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Security-Token=FwoGZXIvYXdzEXAMPLE%2F"
            "%2Ftoken%3D%3D&X-Amz-Signature="
            "c8e9b6e20c1fa8cd982ff56205cb837473efade168ca05c08554a774de73dc0b";
        CHECK(sample.verify(sdk_verifier(std::string(kSdkToken))).verdict == Verdict::Verified);
        CHECK(sample.verify(sdk_verifier("another")).verdict == Verdict::UnknownAccessKey);
    }
    SECTION("aws4, without a lifetime: five minutes")
    {
        sample.headers.push_back({"X-Amz-Date", "20260925T092029Z"});
        sample.query = "X-Amz-Date=20260925T092029Z&X-Amz-Algorithm=AWS4-HMAC-SHA256&" + credential +
                       "X-Amz-SignedHeaders=host%3Bx-amz-date&X-Amz-Signature="
                       "a41c4054b7807d421b3b99d0756d707f287eb2e917d0187cbcb74fc8e3925e12";
        CHECK(sample.verify(sdk_verifier(), kNow + 300'000).verdict == Verdict::Verified);
        CHECK(sample.verify(sdk_verifier(), kNow + 301'000).verdict == Verdict::Expired);
    }
}

TEST_CASE("every tampering is refused")
{
    Sample sample = boto_post();
    REQUIRE(sample.verify(sdk_verifier()).verdict == Verdict::Verified);
    const auto verdict = [&] { return sample.verify(sdk_verifier()).verdict; };
    SECTION("method")
    {
        sample.method = "DELETE";
        CHECK(verdict() == Verdict::InvalidSignature);
    }
    SECTION("connection")
    {
        sample.path = "/dev/@connections/hbgA_S5PGQAYKEilZA%3D%3D";
        CHECK(verdict() == Verdict::InvalidSignature);
    }
    SECTION("stage")
    {
        sample.path.replace(1, 3, "prd");
        CHECK(verdict() == Verdict::InvalidSignature);
    }
    SECTION("query")
    {
        sample.query = "code=4401";
        CHECK(verdict() == Verdict::InvalidSignature);
    }
    SECTION("payload")
    {
        sample.payload = GENERATE("hellp", "hello ", "");
        CHECK(verdict() == Verdict::InvalidSignature);
    }
    SECTION("host")
    {
        sample.header("Host") = "localhost:8081";
        CHECK(verdict() == Verdict::InvalidSignature);
    }
    SECTION("a second host")
    {
        sample.headers.push_back({"host", "localhost:8080"});
        CHECK(verdict() == Verdict::InvalidSignature);
    }
    SECTION("time")
    {
        sample.header("X-Amz-Date") = "20260925T092030Z";
        CHECK(verdict() == Verdict::InvalidSignature);
    }
    SECTION("signature, cut, longer, in capitals, or with another digit")
    {
        std::string& value = sample.header("Authorization");
        const int how = GENERATE(0, 1, 2, 3);
        if (how == 0) value.pop_back();
        if (how == 1) value += '0';
        if (how == 2) value.back() = 'C';
        if (how == 3) value.back() = 'd';
        CHECK(verdict() == Verdict::InvalidSignature);
    }
    SECTION("fewer signed headers")
    {
        std::string& value = sample.header("Authorization");
        value.replace(value.find("host;x-amz-date"), 15, "host");
        CHECK(verdict() == Verdict::InvalidSignature);
    }
    SECTION("another secret")
    {
        const Verifier other({}, {{std::string(kSdkKeyId), "guess", "", ""}});
        CHECK(sample.verify(other).verdict == Verdict::InvalidSignature);
    }
}

TEST_CASE("the clock may be five minutes off either way, and not a second more")
{
    const Sample sample = boto_post();
    CHECK(sample.verify(sdk_verifier(), kNow + 300'999).verdict == Verdict::Verified);
    CHECK(sample.verify(sdk_verifier(), kNow - 300'000).verdict == Verdict::Verified);

    const Outcome expired = sample.verify(sdk_verifier(), kNow + 301'000);
    CHECK(expired.verdict == Verdict::Expired);
    CHECK(expired.message ==
          "Signature expired: 20260925T092029Z is now earlier than 20260925T092030Z (20260925T092530Z - 5 "
          "min.)");
    const Outcome early = sample.verify(sdk_verifier(), kNow - 301'000);
    CHECK(early.verdict == Verdict::NotYetCurrent);
    CHECK(early.message ==
          "Signature not yet current: 20260925T092029Z is still later than 20260925T092028Z "
          "(20260925T091528Z + 5 min.)");
}

TEST_CASE("a scope of another region, service, terminator or day is refused, all at once")
{
    const Sample sample = boto_post();
    CHECK(sample.verify(sdk_verifier("", {"eu-central-1", "eu-west-1"})).verdict == Verdict::Verified);
    const Outcome region = sample.verify(sdk_verifier("", {"us-east-1"}));
    CHECK(region.verdict == Verdict::InvalidSignature);
    CHECK(region.message == "Credential should be scoped to a valid region. ");

    const Verifier other({"lambda", {}}, {{std::string(kSdkKeyId), std::string(kSdkSecret), "", ""}});
    CHECK(sample.verify(other).message == "Credential should be scoped to correct service: 'lambda'. ");

    Sample wrong = sample;
    std::string& value = wrong.header("Authorization");
    value.replace(value.find("20260925/"), 8, "20260924");
    value.replace(value.find("aws4_request"), 12, "aws5_request");
    CHECK(wrong.verify(sdk_verifier()).message ==
          "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. Date in "
          "Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260924' != "
          "'20260925', from '20260925T092029Z'.");
}

TEST_CASE("a key that nobody configured is told so")
{
    Sample sample = boto_post();
    std::string& value = sample.header("Authorization");
    value.replace(value.find("AKIAPOSTERNEXAMPLE01"), 20, "AKIAPOSTERNEXAMPLE02");
    const Outcome outcome = sample.verify(sdk_verifier());
    CHECK(outcome.verdict == Verdict::UnknownAccessKey);
    CHECK(outcome.key == nullptr);
    CHECK(outcome.message == "The security token included in the request is invalid.");
    CHECK(boto_post().verify(Verifier({}, {})).verdict == Verdict::UnknownAccessKey);
}

TEST_CASE("Host must be signed")
{
    Sample sample = boto_post();
    std::string& value = sample.header("Authorization");
    value.replace(value.find("host;x-amz-date"), 15, "x-amz-date");
    const Outcome outcome = sample.verify(sdk_verifier());
    CHECK(outcome.verdict == Verdict::InvalidSignature);
    CHECK(outcome.message == "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
}

TEST_CASE("a wrong signature is told what should have been signed, and never a secret")
{
    Sample sample = boto_post();
    sample.payload = "other";
    const Outcome outcome = sample.verify(sdk_verifier());
    const std::string canonical =
        "POST\n" + std::string(kBotoCanonicalPath) +
        "\n\nhost:localhost:8080\nx-amz-date:20260925T092029Z\n\nhost;x-amz-date\n" +
        hash::sha256_hex("other");
    CHECK(outcome.message ==
          "The request signature we calculated does not match the signature you provided. Check your AWS "
          "Secret Access Key and signing method. Consult the service documentation for details.\n\nThe "
          "Canonical String for this request should have been\n'" +
              canonical +
              "'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20260925T092029Z\n"
              "20260925/eu-west-1/execute-api/aws4_request\n" +
              hash::sha256_hex(canonical) + "'\n");
    CHECK(outcome.message.find(kSdkSecret) == std::string::npos);
}
