// SPDX-License-Identifier: Apache-2.0
#include "api/sigv4.hpp"

#include "api/sigv4_canonical.hpp"
#include "api/sigv4_claim.hpp"
#include "catch.hpp"
#include "core/hash.hpp"
#include "unit/api/sigv4_vectors.hpp"

#include <algorithm>

using namespace postern;
using namespace postern::api;
using namespace postern::api::sigv4;

namespace {

/// 2015-08-30 12:36:00, the time of AWS's suite.
constexpr EpochMillis kSuiteNow = 1440938160000;
/// 2026-09-25 09:20:29
constexpr EpochMillis kNow = 1790328029000;

constexpr std::string_view kPath = "/dev/@connections/gbgA_S5PGQAYKEilZA%3D%3D";

Verifier suite_verifier(std::string token = {})
{
    return Verifier({"service", {"us-east-1"}},
                    {{"OTHER", "another", "", ""},
                     {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", std::move(token), "arn:x"}});
}

Verifier sdk_verifier(std::string token = {}, std::vector<std::string> regions = {})
{
    return Verifier(
        {"execute-api", std::move(regions)},
        {{std::string(test::kSdkKeyId), std::string(test::kSdkSecret), std::move(token), "arn:u"}});
}

/// A request that can be changed before it is verified.
struct Sample {
    std::string method = "POST";
    std::string path{kPath};
    std::string query;
    Headers headers;
    std::string payload = "hello";

    Outcome verify(const Verifier& verifier, EpochMillis now = kNow) const
    {
        return verifier.verify({method, path, query, headers, payload}, now);
    }

    std::string& header(std::string_view name)
    {
        const auto found =
            std::find_if(headers.begin(), headers.end(), [&](const Header& h) { return h.name == name; });
        REQUIRE(found != headers.end());
        return found->value;
    }

    void remove(std::string_view name)
    {
        headers.erase(
            std::remove_if(headers.begin(), headers.end(), [&](const Header& h) { return h.name == name; }),
            headers.end());
    }
};

std::string authorization(std::string_view credential, std::string_view names, std::string_view signature)
{
    return "AWS4-HMAC-SHA256 Credential=" + std::string(credential) +
           ", SignedHeaders=" + std::string(names) + ", Signature=" + std::string(signature);
}

const std::string kSdkCredential = "AKIAPOSTERNEXAMPLE01/20260925/eu-west-1/execute-api/aws4_request";

Sample sdk_sample(const test::SignedVector& v)
{
    Sample sample{
        std::string(v.method), std::string(v.path), std::string(v.query), v.headers, std::string(v.payload)};
    sample.headers.push_back({"X-Amz-Date", "20260925T092029Z"});
    sample.headers.push_back({"Authorization", authorization(kSdkCredential, v.signed_headers, v.signature)});
    return sample;
}

/// boto3's post.
Sample boto_post()
{
    return sdk_sample(test::sdk_requests().front());
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
        std::string key = "AWS4" + std::string(test::kSdkSecret);
        for (const std::string_view part : {std::string_view(date),
                                            std::string_view("eu-west-1"),
                                            std::string_view("execute-api"),
                                            std::string_view("aws4_request")}) {
            key = hash::bytes_of(hash::hmac_sha256(key, part));
        }
        const std::string text =
            "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + hash::sha256_hex(canonical);
        sample.headers.push_back({"Authorization",
                                  authorization(std::string(test::kSdkKeyId) + "/" + scope,
                                                "host;x-amz-date",
                                                hash::hex(hash::hmac_sha256(key, text)))});
        return sample;
    }
};

constexpr std::string_view kBotoCanonicalPath = "/dev/%40connections/gbgA_S5PGQAYKEilZA%253D%253D";

}  // namespace

TEST_CASE("AWS's published test suite verifies")
{
    const Verifier verifier = suite_verifier();
    for (const test::SignedVector& v : test::aws_suite()) {
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
    for (const test::SignedVector& v : test::sdk_requests()) {
        CAPTURE(v.name);
        const Outcome outcome = sdk_sample(v).verify(sdk_verifier());
        CAPTURE(outcome.message);
        CHECK(outcome.verdict == Verdict::Verified);
    }
    Sample deletion{"DELETE", std::string(kPath), "", {}, ""};
    deletion.headers = {{"Host", "abc123.execute-api.eu-west-1.amazonaws.com"},
                        {"X-Amz-Date", "20260925T092029Z"},
                        {"X-Amz-Security-Token", std::string(test::kSdkToken)},
                        {"Authorization",
                         authorization(kSdkCredential,
                                       "host;x-amz-date;x-amz-security-token",
                                       "88226d13f9e298ab799b4c868d582c0c3686c6803676198d0890ad93f3de4f3f")}};
    CHECK(deletion.verify(sdk_verifier(std::string(test::kSdkToken))).verdict == Verdict::Verified);
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
        CHECK(sample.verify(sdk_verifier(std::string(test::kSdkToken))).verdict == Verdict::Verified);
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

TEST_CASE("a presigned request may leave its payload unsigned")
{
    // Signed by hand over UNSIGNED-PAYLOAD; the path of the canonical request is AWS's own form.
    const std::string query =
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAPOSTERNEXAMPLE01%2F20260925%2Feu-west-1%2F"
        "execute-api%2Faws4_request&X-Amz-Date=20260925T092029Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host";
    const std::string canonical = "POST\n" + std::string(kBotoCanonicalPath) + "\n" + query +
                                  "\nhost:localhost:8080\n\nhost\nUNSIGNED-PAYLOAD";
    std::string key = "AWS4" + std::string(test::kSdkSecret);
    for (const char* part : {"20260925", "eu-west-1", "execute-api", "aws4_request"}) {
        key = hash::bytes_of(hash::hmac_sha256(key, part));
    }
    const std::string text =
        "AWS4-HMAC-SHA256\n20260925T092029Z\n20260925/eu-west-1/execute-api/aws4_request\n" +
        hash::sha256_hex(canonical);
    Sample sample;
    sample.headers = {{"Host", "localhost:8080"}};
    sample.query = query + "&X-Amz-Signature=" + hash::hex(hash::hmac_sha256(key, text));
    CHECK(sample.verify(sdk_verifier()).verdict == Verdict::Verified);
    sample.payload = "any";
    CHECK(sample.verify(sdk_verifier()).verdict == Verdict::Verified);
    sample.headers.push_back({"x-amz-content-sha256", hash::sha256_hex("any")});
    CHECK(sample.verify(sdk_verifier()).verdict == Verdict::InvalidSignature);
}

TEST_CASE("each form in which a path is signed verifies")
{
    const std::string raw = "/dev/@connections/gbgA_S5PGQAYKEilZA==";
    const std::string all = "/dev/%40connections/gbgA_S5PGQAYKEilZA%3D%3D";
    const std::string twice = "/dev/%2540connections/gbgA_S5PGQAYKEilZA%253D%253D";
    const std::string wire = GENERATE_COPY(values<std::string>({
        raw,
        all,
        std::string(kPath),
        "//dev/@connections//gbgA_S5PGQAYKEilZA==",
        "/dev/./%40connections/gbgA_S5PGQAYKEilZA%3D%3D",
    }));
    const std::string canonical =
        GENERATE_COPY(values<std::string>({raw, all, twice, std::string(kBotoCanonicalPath)}));
    CAPTURE(wire, canonical);
    Sample sample;
    sample.path = wire;
    CHECK(Signer{canonical}.sign(sample).verify(sdk_verifier()).verdict == Verdict::Verified);

    sample.path.replace(sample.path.find("gbg"), 3, "gbh");
    CHECK(Signer{canonical}.sign(sample).verify(sdk_verifier()).verdict == Verdict::InvalidSignature);
}

TEST_CASE("the forms of a path are few, different, and AWS's own comes first")
{
    CHECK(canonical_paths("/dev//@connections/a%3D").front() == "/dev/%40connections/a%253D");
    CHECK(canonical_paths("").front() == "/");
    CHECK(canonical_paths("/..").front() == "/");
    CHECK(canonical_paths("/a") == std::vector<std::string>{"/a"});
    for (const std::string_view path : {"/dev//@connections/a%3D", "/%zz", "/%", "/a%2Fb", "a", "//"}) {
        CAPTURE(path);
        std::vector<std::string> forms = canonical_paths(path);
        CHECK(forms.size() <= 12);
        std::sort(forms.begin(), forms.end());
        CHECK(std::unique(forms.begin(), forms.end()) == forms.end());
    }
}

TEST_CASE("no form of a path lets one segment become two, or a line end in")
{
    for (const std::string& form : canonical_paths("/dev/a%2Fb/%0Ahost:x")) {
        CAPTURE(form);
        CHECK(std::count(form.begin(), form.end(), '/') == 3);
        CHECK(form.find('\n') == std::string::npos);
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
        const Verifier other({}, {{std::string(test::kSdkKeyId), "guess", "", ""}});
        CHECK(sample.verify(other).verdict == Verdict::InvalidSignature);
    }
}

TEST_CASE("x-amz-content-sha256 must be that of the payload, or say that it is unsigned")
{
    // The v2 SDK signs the header.
    Sample sample = sdk_sample(test::sdk_requests().at(5));
    REQUIRE(sample.verify(sdk_verifier()).verdict == Verdict::Verified);
    sample.payload = "other";
    CHECK(sample.verify(sdk_verifier()).verdict == Verdict::InvalidSignature);

    // Not signed, and a lie: refused although the signature is good.
    Sample lie = boto_post();
    lie.headers.push_back({"x-amz-content-sha256", hash::sha256_hex("hellp")});
    CHECK(lie.verify(sdk_verifier()).verdict == Verdict::InvalidSignature);
    lie.headers.back().value = hash::sha256_hex("hello");
    CHECK(lie.verify(sdk_verifier()).verdict == Verdict::Verified);

    // Whoever signed the payload's hash cannot be made to have signed none.
    lie.headers.back().value = "UNSIGNED-PAYLOAD";
    CHECK(lie.verify(sdk_verifier()).verdict == Verdict::InvalidSignature);

    Sample unsigned_payload = Signer{std::string(kBotoCanonicalPath), "UNSIGNED-PAYLOAD"}.sign();
    CHECK(unsigned_payload.verify(sdk_verifier()).verdict == Verdict::InvalidSignature);
    unsigned_payload.headers.push_back({"X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"});
    CHECK(unsigned_payload.verify(sdk_verifier()).verdict == Verdict::Verified);
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

TEST_CASE("a scope of another region, service, terminator or day is refused, all at once")
{
    const Sample sample = boto_post();
    CHECK(sample.verify(sdk_verifier("", {"eu-central-1", "eu-west-1"})).verdict == Verdict::Verified);
    const Outcome region = sample.verify(sdk_verifier("", {"us-east-1"}));
    CHECK(region.verdict == Verdict::InvalidSignature);
    CHECK(region.message == "Credential should be scoped to a valid region. ");

    const Verifier other({"lambda", {}},
                         {{std::string(test::kSdkKeyId), std::string(test::kSdkSecret), "", ""}});
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

TEST_CASE("Host must be signed")
{
    Sample sample = boto_post();
    std::string& value = sample.header("Authorization");
    value.replace(value.find("host;x-amz-date"), 15, "x-amz-date");
    const Outcome outcome = sample.verify(sdk_verifier());
    CHECK(outcome.verdict == Verdict::InvalidSignature);
    CHECK(outcome.message == "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
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
    CHECK(outcome.message.find(test::kSdkSecret) == std::string::npos);
}

TEST_CASE("a query is signed sorted and encoded, whatever it looks like on the wire")
{
    CHECK(canonical_query(parse_parameters(""), false).empty());
    CHECK(canonical_query(parse_parameters("b=2&a&b=1&&c=%7e+x&d=a=b"), false) ==
          "a=&b=1&b=2&c=~%2Bx&d=a%3Db");
    CHECK(canonical_query(parse_parameters("a=%zz&%40=@"), false) == "%40=%40&a=%25zz");
    CHECK(canonical_query(parse_parameters("X-Amz-Signature=1&a=1"), true) == "a=1");
    CHECK(canonical_query(parse_parameters("X-Amz-Signature=1&a=1"), false) == "X-Amz-Signature=1&a=1");
}
