// SPDX-License-Identifier: Apache-2.0
#include "api/sigv4_canonical.hpp"

#include "catch.hpp"
#include "core/hash.hpp"
#include "unit/api/sigv4_sample.hpp"

#include <algorithm>

using namespace postern;
using namespace postern::api;
using namespace postern::api::sigv4;
using namespace postern::test;

TEST_CASE("a presigned request may leave its payload unsigned")
{
    // Signed by hand over UNSIGNED-PAYLOAD; the path of the canonical request is AWS's own form.
    const std::string query =
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAPOSTERNEXAMPLE01%2F20260925%2Feu-west-1%2F"
        "execute-api%2Faws4_request&X-Amz-Date=20260925T092029Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host";
    const std::string canonical = "POST\n" + std::string(kBotoCanonicalPath) + "\n" + query +
                                  "\nhost:localhost:8080\n\nhost\nUNSIGNED-PAYLOAD";
    std::string key = "AWS4" + std::string(kSdkSecret);
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
    CHECK(canonical_path("") == "/");
    CHECK(canonical_path("/..") == "/");
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

TEST_CASE("x-amz-content-sha256 must be that of the payload, or say that it is unsigned")
{
    // The v2 SDK signs the header.
    Sample sample = sdk_sample(sdk_requests().at(5));
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

TEST_CASE("a query is signed sorted and encoded, whatever it looks like on the wire")
{
    CHECK(canonical_query(parse_parameters(""), false).empty());
    CHECK(canonical_query(parse_parameters("b=2&a&b=1&&c=%7e+x&d=a=b"), false) ==
          "a=&b=1&b=2&c=~%2Bx&d=a%3Db");
    CHECK(canonical_query(parse_parameters("a=%zz&%40=@"), false) == "%40=%40&a=%25zz");
    CHECK(canonical_query(parse_parameters("X-Amz-Signature=1&a=1"), true) == "a=1");
    CHECK(canonical_query(parse_parameters("X-Amz-Signature=1&a=1"), false) == "X-Amz-Signature=1&a=1");
}
