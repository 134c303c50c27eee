// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/header.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Signatures that others made: AWS's published test suite, and SDKs as they are released.
namespace postern::test {

struct SignedVector {
    std::string_view name;
    std::string_view method;
    std::string_view path;
    std::string_view query;
    api::Headers headers;  ///< but for Host, X-Amz-Date and Authorization
    std::string_view payload;
    std::string_view signed_headers;
    std::string_view signature;
};

/// The key, time and scope of AWS's suite: AKIDEXAMPLE/20150830/us-east-1/service, example.amazonaws.com.
inline std::vector<SignedVector> aws_suite()
{
    constexpr std::string_view kUnreserved =
        "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    static const std::string unreserved_path = "/" + std::string(kUnreserved);
    static const std::string unreserved_query = std::string(kUnreserved) + "=" + std::string(kUnreserved);
    constexpr std::string_view kPlain = "host;x-amz-date";
    constexpr std::string_view kVanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
    constexpr std::string_view kForm = "content-length;content-type;host;x-amz-content-sha256;x-amz-date";
    const api::Header form_hash{"x-amz-content-sha256",
                                "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"};
    return {
        {"get-vanilla", "GET", "/", "", {}, "", kPlain, kVanilla},
        {"get-header-key-duplicate",
         "GET",
         "/",
         "",
         {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
         "",
         "host;my-header1;x-amz-date",
         "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
        {"get-header-value-order",
         "GET",
         "/",
         "",
         {{"My-Header1", "value4"},
          {"My-Header1", "value1"},
          {"My-Header1", "value3"},
          {"My-Header1", "value2"}},
         "",
         "host;my-header1;x-amz-date",
         "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
        {"get-header-value-trim",
         "GET",
         "/",
         "",
         {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
         "",
         "host;my-header1;my-header2;x-amz-date",
         "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
        {"get-vanilla-empty-query-key",
         "GET",
         "/",
         "Param1=value1",
         {},
         "",
         kPlain,
         "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
        {"get-vanilla-query-order-key-case",
         "GET",
         "/",
         "Param2=value2&Param1=value1",
         {},
         "",
         kPlain,
         "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
        {"get-vanilla-query-order-encoded",
         "GET",
         "/",
         "Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
         {},
         "",
         kPlain,
         "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
        {"get-vanilla-query-unreserved",
         "GET",
         "/",
         unreserved_query,
         {},
         "",
         kPlain,
         "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
        {"get-vanilla-utf8-query",
         "GET",
         "/",
         "\xE1\x88\xB4=bar",
         {},
         "",
         kPlain,
         "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
        {"get-unreserved",
         "GET",
         unreserved_path,
         "",
         {},
         "",
         kPlain,
         "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
        {"get-utf8",
         "GET",
         "/\xE1\x88\xB4",
         "",
         {},
         "",
         kPlain,
         "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
        {"get-space",
         "GET",
         "/example space/",
         "",
         {},
         "",
         kPlain,
         "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
        {"get-relative", "GET", "/example/..", "", {}, "", kPlain, kVanilla},
        {"get-relative-relative", "GET", "/example1/example2/../..", "", {}, "", kPlain, kVanilla},
        {"get-relative-relative, not normalised",
         "GET",
         "/example1/example2/../..",
         "",
         {},
         "",
         kPlain,
         "dc33e0856fd4baca4d7aa2146c38958283844764f38c74252a333df5e613003b"},
        {"get-slash", "GET", "//", "", {}, "", kPlain, kVanilla},
        {"get-slash-dot-slash", "GET", "/./", "", {}, "", kPlain, kVanilla},
        {"get-slash-pointless-dot",
         "GET",
         "/./example",
         "",
         {},
         "",
         kPlain,
         "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
        {"get-slashes",
         "GET",
         "//example//",
         "",
         {},
         "",
         kPlain,
         "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
        {"get-slashes, not normalised",
         "GET",
         "//example//",
         "",
         {},
         "",
         kPlain,
         "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5"},
        {"post-vanilla",
         "POST",
         "/",
         "",
         {},
         "",
         kPlain,
         "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
        {"post-vanilla-query",
         "POST",
         "/",
         "Param1=value1",
         {},
         "",
         kPlain,
         "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
        {"post-x-www-form-urlencoded",
         "POST",
         "/",
         "",
         {{"Content-Type", "application/x-www-form-urlencoded"}, {"Content-Length", "13"}, form_hash},
         "Param1=value1",
         kForm,
         "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b"},
        {"post-x-www-form-urlencoded-parameters",
         "POST",
         "/",
         "",
         {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
          {"Content-Length", "13"},
          form_hash},
         "Param1=value1",
         kForm,
         "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422"},
    };
}

inline constexpr std::string_view kSdkKeyId = "AKIAPOSTERNEXAMPLE01";
inline constexpr std::string_view kSdkSecret = "c2VjcmV0/of+a/key+for/tests/only+0123456789";
inline constexpr std::string_view kSdkToken = "FwoGZXIvYXdzEXAMPLE//token==";

/// Signed on 2026-09-25 at 09:20:29 for eu-west-1/execute-api; Host is among the headers here.
inline std::vector<SignedVector> sdk_requests()
{
    constexpr std::string_view kPath = "/dev/@connections/gbgA_S5PGQAYKEilZA%3D%3D";
    const api::Header local{"Host", "localhost:8080"};
    const api::Header loopback{"host", "127.0.0.1:8080"};
    const api::Header hello_hash{"x-amz-content-sha256",
                                 "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"};
    const api::Header form{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"};
    const api::Header five{"Content-Length", "5"};
    constexpr std::string_view kV3 =
        "amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-content-sha256;"
        "x-amz-date;x-amz-user-agent";
    const auto v3 = [&](std::string invocation) {
        return api::Headers{{"content-type", "application/octet-stream"},
                            {"content-length", "5"},
                            {"x-amz-user-agent", "aws-sdk-js/3.1168.0"},
                            loopback,
                            {"amz-sdk-invocation-id", std::move(invocation)},
                            {"amz-sdk-request", "attempt=1; max=1"},
                            hello_hash};
    };
    return {
        {"boto3 1.43 post",
         "POST",
         kPath,
         "",
         {local, five},
         "hello",
         "host;x-amz-date",
         "b3704a045f79a06396649de4480eeee78d022ff2fbbc20253b969849a323f91c"},
        {"boto3 1.43 post of bytes",
         "POST",
         kPath,
         "",
         {local},
         std::string_view("\0\xffhello", 7),
         "host;x-amz-date",
         "919b2db1fe892def7e54e028368232272c9b93f5213eb5063ad4c2e6029be28b"},
        {"boto3 1.43 get",
         "GET",
         kPath,
         "",
         {local},
         "",
         "host;x-amz-date",
         "e589dc7c410c73de99cc8f46918225a3285f3c54ee2ac2c52c53cceb5eb97bee"},
        {"AWS SDK for JavaScript 3 post",
         "POST",
         kPath,
         "",
         v3("e2c493fe-9bd0-40f6-bf01-fc8245c9cb84"),
         "hello",
         kV3,
         "0aec05e81f4e731f27d4911ab51f980dfd3f0052312d0fbce107e6b35ad850c4"},
        {"AWS SDK for JavaScript 3 post, endpoint with a final slash",
         "POST",
         "/dev//@connections/gbgA_S5PGQAYKEilZA%3D%3D",
         "",
         v3("259650f5-d9eb-4dbc-8c0d-28bf60d29cd5"),
         "hello",
         kV3,
         "220c3d5e42773f6dfcbaba47c75c010cfd41915642189998e8411d4c4e190785"},
        {"AWS SDK for JavaScript 2 post",
         "POST",
         kPath,
         "",
         {loopback, {"Content-Type", "binary/octet-stream"}, five, hello_hash},
         "hello",
         "host;x-amz-content-sha256;x-amz-date",
         "3d9a0e1b96d8651d639ae4a48fc5235f2d804ac21332dbefdcbe3d90094a65b2"},
        {"aws4 post, id as it is",
         "POST",
         "/dev/@connections/gbgA_S5PGQAYKEilZA==",
         "",
         {local, form, five},
         "hello",
         "content-length;content-type;host;x-amz-date",
         "409b418c8f0f3e02496f6fe6903cecd6eac665551ea7f7c8dd888c71896fdce9"},
        {"aws4 post, id encoded",
         "POST",
         kPath,
         "",
         {local, form, five},
         "hello",
         "content-length;content-type;host;x-amz-date",
         "aeefbcd6740ff505e87651c93121ece8812b5096ae1bc9c957bae17c83d794eb"},
        {"aws4 post, all encoded",
         "POST",
         "/dev/%40connections/gbgA_S5PGQAYKEilZA%3D%3D",
         "",
         {local, form, five},
         "hello",
         "content-length;content-type;host;x-amz-date",
         "f531d19470bc1905a26046a1c100271c754ab04fa3cd53425c8c72b6273a3672"},
    };
}

}  // namespace postern::test
