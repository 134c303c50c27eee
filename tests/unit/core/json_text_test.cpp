// SPDX-License-Identifier: Apache-2.0
#include "core/json_text.hpp"

#include "catch.hpp"
#include "core/json.hpp"

using namespace postern;

TEST_CASE("only what JSON asks for is escaped")
{
    CHECK(json::quoted("plain") == R"("plain")");
    CHECK(json::quoted("") == R"("")");
    CHECK(json::quoted("a/b") == R"("a/b")");
    CHECK(json::quoted(R"({"k": "a\b"})") == R"("{\"k\": \"a\\b\"}")");
    CHECK(json::quoted("\b\f\n\r\t") == R"("\b\f\n\r\t")");
    CHECK(json::quoted(std::string("\0\x1f\x7f", 3)) == "\"\\u0000\\u001f\x7f\"");
    CHECK(json::quoted("caf\xC3\xA9 \xE2\x80\xA8") == "\"caf\xC3\xA9 \xE2\x80\xA8\"");
}

TEST_CASE("appending keeps what is there")
{
    std::string out = "x:";
    json::append_quoted(out, "a\"b");
    json::append_escaped(out, "\\c");
    CHECK(out == R"(x:"a\"b"\\c)");
}

TEST_CASE("every ASCII character comes back through a parser")
{
    std::string all;
    for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
    const auto document = json::parse(json::quoted(all));
    REQUIRE(document.has_value());
    CHECK(json::as_string(*document) == all);
}
