// SPDX-License-Identifier: Apache-2.0
#include "core/text.hpp"

#include "catch.hpp"

using namespace postern;

TEST_CASE("lower changes A to Z and nothing else")
{
    CHECK(text::lower("X-Amz-DATE@[`{ \xC3\x84") == "x-amz-date@[`{ \xC3\x84");
    CHECK(text::lower("").empty());
}

TEST_CASE("percent_encode leaves the unreserved characters and what it is told to keep")
{
    CHECK(text::percent_encode("aZ09-._~") == "aZ09-._~");
    CHECK(text::percent_encode("a b/c=?&%\xC3\xA4") == "a%20b%2Fc%3D%3F%26%25%C3%A4");
    CHECK(text::percent_encode("a/b c", "/") == "a/b%20c");
    CHECK(text::percent_decode(text::percent_encode("+ \x01\xFF%41")).value() == "+ \x01\xFF%41");
}

TEST_CASE("iequals ignores ASCII case and nothing else")
{
    CHECK(text::iequals("Sec-WebSocket-Key", "sec-websocket-KEY"));
    CHECK(text::iequals("", ""));
    CHECK_FALSE(text::iequals("a", "ab"));
    CHECK_FALSE(text::iequals("[", "{"));  // 0x20 apart, and no letters
    CHECK_FALSE(text::iequals("\xC3\x84", "\xC3\xA4"));
}

TEST_CASE("iless sorts as AWS sorts header names")
{
    CHECK(text::iless("Host", "x-api-key"));
    CHECK(text::iless("x-api-key", "X-Forwarded-For"));
    CHECK(text::iless("X-Forwarded-For", "x-restapi"));
    CHECK(text::iless("X", "x-a"));
    CHECK_FALSE(text::iless("x", "X"));
    CHECK_FALSE(text::iless("X", "x"));
    CHECK_FALSE(text::iless("", ""));
}

TEST_CASE("trim takes blanks off both ends")
{
    CHECK(text::trim(" \t a b\r\n") == "a b");
    CHECK(text::trim(" \t\r\n").empty());
    CHECK(text::trim("").empty());
    CHECK(text::trim("a") == "a");
}

TEST_CASE("split keeps empty pieces")
{
    using Pieces = std::vector<std::string_view>;
    CHECK(text::split("a,b", ',') == Pieces{"a", "b"});
    CHECK(text::split(",a,,", ',') == Pieces{"", "a", "", ""});
    CHECK(text::split("", ',') == Pieces{""});
}

TEST_CASE("percent_decode decodes a path segment or refuses it")
{
    CHECK(text::percent_decode("abc%3D%3d") == "abc==");
    CHECK(text::percent_decode("%40connections") == "@connections");
    CHECK(text::percent_decode("a+b") == "a+b");
    CHECK(text::percent_decode("%00")->size() == 1);
    CHECK(text::percent_decode("") == "");
    for (const char* malformed : {"%", "%4", "a%", "%4g", "%g4", "%%41"}) {
        CAPTURE(malformed);
        CHECK_FALSE(text::percent_decode(malformed).has_value());
    }
}

TEST_CASE("query_decode also takes plus for a space, and leaves malformed escapes")
{
    CHECK(text::query_decode("a%2Bb+space") == "a+b space");
    CHECK(text::query_decode("header+value") == "header value");
    CHECK(text::query_decode("100%") == "100%");
    CHECK(text::query_decode("%zz") == "%zz");
    CHECK(text::query_decode("") == "");
}

TEST_CASE("nearest finds a misspelt name and no far one")
{
    const std::vector<std::string> names{"idleTimeout", "maxDuration", "frameBytes"};
    CHECK(text::nearest("idleTimout", names) == "idleTimeout");
    CHECK(text::nearest("MAXDURATION", names) == "maxDuration");
    CHECK(text::nearest("framesByte", names) == "frameBytes");
    CHECK_FALSE(text::nearest("colour", names).has_value());
    CHECK_FALSE(text::nearest("x", {}).has_value());
}

TEST_CASE("is_utf8 follows RFC 3629")
{
    for (const char* valid :
         {"", "a", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
        CHECK(text::is_utf8(valid));
    }
    CHECK(text::is_utf8(std::string_view("\0", 1)));
    for (const char* invalid : {"\x80",
                                "\xC0\x80",
                                "\xC1\xBF",
                                "\xC2",
                                "\xE0\x9F\xBF",
                                "\xED\xA0\x80",
                                "\xF0\x8F\xBF\xBF",
                                "\xF4\x90\x80\x80",
                                "\xF5\x80\x80\x80",
                                "\xFF",
                                "a\xE2\x82"}) {
        CHECK_FALSE(text::is_utf8(invalid));
    }
}

TEST_CASE("to_utf8_lossy puts U+FFFD for each maximal invalid part")
{
    const std::string r = "\xEF\xBF\xBD";
    CHECK(text::to_utf8_lossy("caf\xC3\xA9") == "caf\xC3\xA9");
    // Spec captures 1.3: 00 FF FE 80 "native" arrives as NUL, three replacements and the text.
    CHECK(text::to_utf8_lossy(std::string("\0\xFF\xFE\x80native", 10)) ==
          std::string(1, '\0') + r + r + r + "native");
    CHECK(text::to_utf8_lossy("\xE2\x82") == r);
    CHECK(text::to_utf8_lossy("\xE2\x82z") == r + "z");
    CHECK(text::to_utf8_lossy("\xF0\x9F\x98") == r);
    CHECK(text::to_utf8_lossy("\xED\xA0\x80") == r + r + r);
    CHECK(text::to_utf8_lossy("\xC0\xAF\xC3\xA9") == r + r + "\xC3\xA9");
    CHECK(text::to_utf8_lossy("\xF4\x90\x80\x80") == r + r + r + r);
}

TEST_CASE("to_utf8_lossy always gives UTF-8, whatever three bytes come")
{
    for (int a = 0x7F; a < 0x100; ++a) {
        for (int b = 0x7F; b < 0x100; b += 3) {
            for (const int c : {0x41, 0x80, 0x9F, 0xBF, 0xC2, 0xFF}) {
                const std::string bytes{static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)};
                if (!text::is_utf8(text::to_utf8_lossy(bytes))) FAIL("bytes " << a << ' ' << b << ' ' << c);
            }
        }
    }
}
