// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/output_lines.hpp"

#include "catch.hpp"

#include <string>
#include <vector>

using postern::integrations::lambda::OutputLines;

TEST_CASE("bytes are cut into lines however they arrive")
{
    OutputLines lines;
    std::vector<std::string> got;
    const auto keep = [&](std::string_view line) { got.emplace_back(line); };
    lines.feed("one\ntw", keep);
    CHECK(got == std::vector<std::string>{"one"});
    lines.feed("o", keep);
    lines.feed("\r\n\nthree", keep);
    CHECK(got == std::vector<std::string>{"one", "two", ""});
    lines.flush(keep);
    lines.flush(keep);
    CHECK(got == std::vector<std::string>{"one", "two", "", "three"});
}

TEST_CASE("a line without end becomes several")
{
    OutputLines lines;
    std::vector<std::string> got;
    const auto keep = [&](std::string_view line) { got.emplace_back(line); };
    const std::string part(OutputLines::kLineBytesMax - 1, 'x');
    lines.feed(part, keep);
    CHECK(got.empty());
    lines.feed("xyz\n", keep);
    REQUIRE(got.size() == 2);
    CHECK(got[0] == part + 'x');
    CHECK(got[1] == "yz");
}
