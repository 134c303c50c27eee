// SPDX-License-Identifier: Apache-2.0
#include "core/table_text.hpp"

#include "catch.hpp"

using postern::table_text::aligned;

TEST_CASE("Columns stand under each other, whatever script they are in")
{
    CHECK(aligned({{"A", "LONGER", "C"}, {"\xC3\xA4\xC3\xA4\xC3\xA4", "x", "y"}}) ==
          "A    LONGER  C\n\xC3\xA4\xC3\xA4\xC3\xA4  x       y\n");
    CHECK(aligned({}).empty());
    CHECK(aligned({{"a"}, {"b", "c"}}) == "a\nb  c\n");
}

TEST_CASE("Control characters do not break the lines")
{
    CHECK(aligned({{"a\nb\x1b[2J", "c"}}) == "a b [2J  c\n");
    CHECK(aligned({{"a\xC2\x9B"
                    "2J\x7F"
                    "b",
                    "c"}}) == "a 2J b  c\n");
    CHECK(aligned({{"\xC2\xA0\xC2\xB0", "c"}}) == "\xC2\xA0\xC2\xB0  c\n");
}
