// SPDX-License-Identifier: Apache-2.0
#include "core/base64.hpp"

#include "catch.hpp"

#include <utility>

using namespace postern;

TEST_CASE("base64 agrees with RFC 4648 section 10")
{
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
        CHECK(base64::encode(bytes) == text);
        CHECK(base64::decode(text) == bytes);
    }
}

TEST_CASE("the two alphabets differ in two characters, and neither reads the other's")
{
    CHECK(base64::encode("\xFB\xEF\xFF") == "++//");
    CHECK(base64::encode_url("\xFB\xEF\xFF") == "--__");
    CHECK(base64::decode("++//") == "\xFB\xEF\xFF");
    CHECK(base64::decode_url("--__") == "\xFB\xEF\xFF");
    CHECK_FALSE(base64::decode("--__").has_value());
    CHECK_FALSE(base64::decode_url("++//").has_value());
}

TEST_CASE("AWS's ids are base64url")
{
    const auto bytes = base64::decode_url("EP5yqFByIAMElXw=");
    CHECK(bytes == "\x10\xfe\x72\xa8\x50\x72\x20\x03\x04\x95\x7c");
    CHECK(base64::encode_url(*bytes) == "EP5yqFByIAMElXw=");
    CHECK(base64::decode_url("gbik1K9kzQAYKEilnA==")->size() == 13);
}

TEST_CASE("every byte survives, at every length")
{
    std::string bytes;
    for (int i = 0; i < 256; ++i) {
        bytes += static_cast<char>(i * 7);
        REQUIRE(base64::decode(base64::encode(bytes)) == bytes);
        REQUIRE(base64::decode_url(base64::encode_url(bytes)) == bytes);
    }
}

TEST_CASE("malformed base64 is refused")
{
    for (const char* text : {"Z",
                             "Zg",
                             "Zg=",
                             "Zm9",
                             "=",
                             "==",
                             "====",
                             "Z===",
                             "Zg==Zg==",
                             "Zm=v",
                             "Zm 9",
                             "Zm9v\n",
                             "Zh==",
                             "Zm9=",
                             "Zm\xC3\xA9"}) {
        CAPTURE(text);
        CHECK_FALSE(base64::decode(text).has_value());
    }
}
