// SPDX-License-Identifier: Apache-2.0
#include "api/sigv4_claim.hpp"

#include "catch.hpp"
#include "unit/api/sigv4_sample.hpp"

using namespace postern;
using namespace postern::api;
using namespace postern::api::sigv4;
using namespace postern::test;

TEST_CASE("a Date header serves where there is no X-Amz-Date")
{
    Sample sample = Signer{std::string(kBotoCanonicalPath)}.sign();
    sample.headers.push_back({"Date", "Fri, 25 Sep 2026 09:20:29 GMT"});
    CHECK(sample.verify(sdk_verifier()).verdict == Verdict::Verified);
    std::string& value = sample.header("Authorization");
    value.replace(value.find("host;x-amz-date"), 15, "date;host");
    sample.remove("X-Amz-Date");
    // The time is found; only the signature is that of other headers.
    CHECK(sample.verify(sdk_verifier()).verdict == Verdict::InvalidSignature);
    CHECK(sample.verify(sdk_verifier(), kNow + 301'000).verdict == Verdict::Expired);
    sample.header("Date") = "yesterday";
    CHECK(sample.verify(sdk_verifier()).message ==
          "Date must be in ISO-8601 'basic format'. Got 'yesterday'. See "
          "http://en.wikipedia.org/wiki/ISO_8601");
}

TEST_CASE("times are read strictly")
{
    CHECK(parse_time("20150830T123600Z") == 1440938160);
    CHECK(parse_time("Sun, 30 Aug 2015 12:36:00 GMT") == 1440938160);
    CHECK(parse_time("20240229T000000Z") == 1709164800);
    CHECK(parse_time("19691231T235959Z") == -1);
    CHECK(basic_time(1440938160) == "20150830T123600Z");
    CHECK(basic_time(-1) == "19691231T235959Z");
    for (const std::string_view bad : {"",
                                       "20150830T123600",
                                       "20150830 123600Z",
                                       "20150830T12360 Z",
                                       "20150230T123600Z",
                                       "20151330T123600Z",
                                       "20150830T243600Z",
                                       "20150830T126000Z",
                                       "-0150830T123600Z",
                                       "2015-08-30T12:36:00Z",
                                       "Sun, 30 Foo 2015 12:36:00 GMT",
                                       "Sun, 30 Aug 2015 12:36:00 UTC",
                                       "Sun  30 Aug 2015 12:36:00 GMT"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_time(bad));
    }
}

TEST_CASE("a request that is not signed lacks its token")
{
    Sample sample = boto_post();
    SECTION("no header")
    {
        sample.remove("Authorization");
    }
    SECTION("an empty header")
    {
        sample.header("Authorization") = "  ";
    }
    SECTION("other parameters")
    {
        sample.remove("Authorization");
        sample.query = "X-Amz-Date=20260925T092029Z&code=1";
    }
    const Outcome outcome = sample.verify(sdk_verifier());
    CHECK(outcome.verdict == Verdict::MissingAuthenticationToken);
    CHECK(outcome.message == "Missing Authentication Token");
}

TEST_CASE("a signature with parts missing is incomplete, and the header's own text is not repeated")
{
    Sample sample = boto_post();
    std::string& value = sample.header("Authorization");
    const auto message = [&] {
        const Outcome outcome = sample.verify(sdk_verifier());
        CHECK(outcome.verdict == Verdict::IncompleteSignature);
        return outcome.message;
    };
    SECTION("a JWT")
    {
        value = "eyJ0eXAiOiJKV1QifQ.e30.c2VjcmV0";
        sample.remove("X-Amz-Date");
        CHECK(
            message() ==
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' "
            "parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header "
            "requires existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and "
            "encoded with Base64) Authorization=MrPG8FlBBX6Kw1rDjK3Y6irePQ8WdJk5nSgyBWOVSYI=");
    }
    SECTION("a bearer token")
    {
        value = "Bearer c2VjcmV0";
        CHECK(message() ==
              "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and "
              "encoded with Base64): 'dCu5pujVV2Bm+QJ7BGf9FUBZLB4KIgibSsV9emgv48I='.");
    }
    SECTION("one parameter")
    {
        value.erase(value.find(", Signature="));
        CHECK(message().starts_with("Authorization header requires 'Signature' parameter. (Hashed"));
    }
    SECTION("algorithm")
    {
        value.replace(0, 16, "AWS4-HMAC-SHA512");
        CHECK(message() ==
              "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' (only AWS4-HMAC-SHA256 for now). ");
    }
    SECTION("credential")
    {
        value.replace(value.find("/aws4_request"), 13, "");
        CHECK(message() ==
              "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
              "got 'AKIAPOSTERNEXAMPLE01/20260925/eu-west-1/execute-api'");
    }
    SECTION("a signed header that is not there")
    {
        value.replace(value.find("host;"), 5, "accept;host;");
        CHECK(message() == "'accept' is named as a SignedHeader, but it does not exist in the HTTP request.");
    }
    SECTION("a header without a name")
    {
        value.replace(value.find("host;"), 5, "host;;");
        CHECK(message() == "'' is named as a SignedHeader, but it does not exist in the HTTP request.");
    }
    SECTION("more signed headers than anybody has")
    {
        std::string names = "host";
        for (int i = 0; i < 64; ++i) {
            sample.headers.push_back({"h" + std::to_string(i), ""});
            names += ";h" + std::to_string(i);
        }
        sample.header("Authorization") = authorization(kSdkCredential, names, "0");
        CHECK(message() == "At most 64 headers may be signed.");
    }
}

TEST_CASE("the Authorization header is read with or without blanks, in any order")
{
    Sample sample = boto_post();
    std::string& value = sample.header("Authorization");
    const std::string signature = value.substr(value.find("Signature="));
    value = GENERATE_COPY(values<std::string>(
        {"AWS4-HMAC-SHA256 Credential=" + kSdkCredential + ",SignedHeaders=host;x-amz-date," + signature,
         " AWS4-HMAC-SHA256   " + signature +
             " ,  SignedHeaders=X-Amz-Date;Host;host,\tCredential=" + kSdkCredential + ", "}));
    CAPTURE(value);
    CHECK(sample.verify(sdk_verifier()).verdict == Verdict::Verified);
}

TEST_CASE("a presigned request with parts missing is incomplete")
{
    Sample sample{"GET", std::string(kPath), "X-Amz-Credential=a", {{"Host", "h"}}, ""};
    Outcome outcome = sample.verify(sdk_verifier());
    CHECK(outcome.verdict == Verdict::IncompleteSignature);
    CHECK(outcome.message ==
          "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must "
          "include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS "
          "query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.");

    const std::string expires = GENERATE("0", "-1", "604801", "60s", "99999999999999999999");
    CAPTURE(expires);
    sample.query =
        "X-Amz-Algorithm=A&X-Amz-Credential=C&X-Amz-Signature=S&X-Amz-SignedHeaders=host&X-Amz-Date="
        "20260925T092029Z&X-Amz-Expires=" +
        expires;
    outcome = sample.verify(sdk_verifier());
    CHECK(outcome.verdict == Verdict::IncompleteSignature);
    CHECK(outcome.message == "X-Amz-Expires must be a number of seconds from 1 to 604800.");
}
