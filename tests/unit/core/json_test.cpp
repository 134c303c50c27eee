// SPDX-License-Identifier: Apache-2.0
#include "core/json.hpp"

#include "catch.hpp"
#include "core/json_text.hpp"

using namespace postern;

TEST_CASE("what parse() reads, dump() writes compactly")
{
    const auto document = json::parse(R"( {"a": [1, -2, 2.5, true, null], "b": {"c": "\u00e9"}} )");
    REQUIRE(document.has_value());
    CHECK(json::dump(*document) == "{\"a\":[1,-2,2.5,true,null],\"b\":{\"c\":\"\xC3\xA9\"}}");
    CHECK(json::dump(*json::find(*document, "b")) == "{\"c\":\"\xC3\xA9\"}");
}

TEST_CASE("dump() escapes every control character, wherever it stands")
{
    for (char c = 1; c < 0x20; ++c) {
        const std::string text = std::string(20, 'x') + c + std::string(20, 'x') + c;
        const auto document = json::parse(json::quoted(text));
        REQUIRE(document.has_value());
        const auto again = json::parse(json::dump(*document));
        INFO(static_cast<int>(c));
        REQUIRE(again.has_value());
        CHECK(json::as_string(*again) == text);
    }
}

TEST_CASE("scalars are documents")
{
    CHECK(json::parse("1").has_value());
    CHECK(json::parse("null").has_value());
    CHECK(json::as_string(*json::parse(R"("a\u0000b")")) == std::string_view("a\0b", 3));
}

TEST_CASE("malformed text is BadInput and says where")
{
    for (const char* text : {"",
                             " ",
                             "{",
                             "}",
                             "{]",
                             "[1,]",
                             "{\"a\":}",
                             "{'a':1}",
                             "{a:1}",
                             "nul",
                             "01",
                             "1 2",
                             "{} x",
                             "\"\\ud800\"",
                             "\"\\udc00\\ud800\"",
                             "\"\\udc00\"",
                             "{\"a\\udc00\":1}",
                             "\"\\x\"",
                             "\"a\nb\"",
                             "\"\xFF\"",
                             "\"\xC0\x80\"",
                             "\"\xED\xA0\x80\"",
                             "// c",
                             "NaN",
                             "\xEF\xBB\xBF"}) {
        CAPTURE(text);
        const auto document = json::parse(text);
        CHECK_FALSE(document.has_value());
        if (document.has_error()) {
            CHECK(document.error().kind == ErrorKind::BadInput);
            CHECK(document.error().detail.find(" at offset ") != std::string::npos);
        }
    }
}

TEST_CASE("a NUL in the text ends nothing")
{
    CHECK_FALSE(json::parse(std::string_view("{}\0{}", 5)).has_value());
    CHECK_FALSE(json::parse(std::string_view("\"a\0b\"", 5)).has_value());
}

TEST_CASE("nesting is bounded at kDepthMax")
{
    const auto nested = [](int depth, char open, char close) {
        const auto n = static_cast<std::size_t>(depth);
        return std::string(n, open) + std::string(n, close);
    };
    CHECK(json::parse(nested(json::kDepthMax, '[', ']')).has_value());
    const auto too_deep = json::parse(nested(json::kDepthMax + 1, '[', ']'));
    REQUIRE(too_deep.has_error());
    CHECK(too_deep.error().detail.starts_with("nested too deep"));
    CHECK_FALSE(json::parse(std::string(128 * 1024, '[')).has_value());

    std::string objects;
    for (int i = 0; i < 20000; ++i) objects += "{\"a\":";
    CHECK_FALSE(json::parse(objects).has_value());
}

TEST_CASE("depth is depth, not the number of values")
{
    std::string wide = "[";
    for (int i = 0; i < 1000; ++i) wide += "[{}],";
    wide += "0]";
    CHECK(json::parse(wide).has_value());
}

TEST_CASE("find takes the first member of a name, of objects only")
{
    const auto document = json::parse(R"({"a":1,"a":2,"":3,"n\u0000":4})");
    REQUIRE(document.has_value());
    CHECK(json::find(*document, "a")->GetInt() == 1);
    CHECK(json::find(*document, "")->GetInt() == 3);
    CHECK(json::find(*document, std::string_view("n\0", 2))->GetInt() == 4);
    CHECK(json::find(*document, "n") == nullptr);
    CHECK(json::find(*json::parse("[1]"), "a") == nullptr);
    CHECK(json::find(*json::parse("null"), "a") == nullptr);
}

TEST_CASE("reading a value as what it is not throws")
{
    const auto document = json::parse("1");
    CHECK_THROWS_AS(document->GetString(), std::logic_error);
}

TEST_CASE("digits that would be rounded to infinity are refused")
{
    const auto huge = json::parse("[1231345678222222222222222222223333461e00299]");
    REQUIRE(!huge.has_value());
    CHECK(huge.error().detail.find("umber too big") != std::string::npos);
}
