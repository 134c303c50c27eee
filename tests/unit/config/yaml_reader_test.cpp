// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_reader.hpp"

#include "catch.hpp"

#include <string>

using namespace postern::config;

namespace {

std::string json_of(const std::string& text)
{
    const Document document = read_yaml(text, "t.yaml");
    REQUIRE(document.problems.empty());
    return to_json(document.root).value();
}

/// The one problem of a text.
std::string problem_of(const std::string& text)
{
    const Document document = read_yaml(text, "t.yaml");
    REQUIRE(document.problems.size() == 1);
    return to_string(document.problems.front());
}

std::string repeated(const std::string& text, int times)
{
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

}  // namespace

TEST_CASE("Unquoted scalars become JSON by the core schema, quoted ones stay text")
{
    CHECK(json_of("[null, ~, Null, true, False, 12, -7, +5, 007, 0x1F, 0o17]") ==
          "[null,null,null,true,false,12,-7,5,7,31,15]");
    CHECK(json_of("[1.5, .5, 1., 1e3, -2.5E-1, 2.0]") == "[1.5,0.5,1.0,1000.0,-0.25,2.0]");
    CHECK(json_of("['1', \"true\", yes, no, 1.2.3, 0x, '', 2026-09-25, +-5]") ==
          R"(["1","true","yes","no","1.2.3","0x","","2026-09-25","+-5"])");
    CHECK(json_of("[123456789012345678901234567890]") == "[123456789012345678901234567890]");
    CHECK(json_of("!!str 5") == "\"5\"");
    CHECK(json_of("a: |\n  b\n  c\n") == R"({"a":"b\nc\n"})");
    CHECK(json_of("a: {b: [1, {c: \"d\\n\\u00e9\"}], e: }") ==
          "{\"a\":{\"b\":[1,{\"c\":\"d\\n\xC3\xA9\"}],\"e\":null}}");
    CHECK(to_json(read_yaml("[.inf]", "t").root).error().detail == "JSON has no number .inf");
    CHECK(to_json(read_yaml("[-.NaN]", "t").root).error().detail == "JSON has no number -.NaN");
}

TEST_CASE("JSON files are read as they are, also with tabs")
{
    CHECK(json_of("{\n\t\"a\": [\n\t\t1,\n\t\t\"x\\/y\"\n\t],\n\t\"b\":{\"c\":null}\n}\n") ==
          R"({"a":[1,"x/y"],"b":{"c":null}})");
}

TEST_CASE("Every value and key knows its line and column")
{
    const Document document = read_yaml("a: 1\nbb:\n  - x\n  - {c: yes}\nd:\ne: 5\n", "t.yaml");
    const Node& list = *document.root.find("bb");
    CHECK(source_of(document.root.find("a")->where) == "t.yaml:1");
    CHECK(document.root.find("a")->where.column == 4);
    CHECK(list.items[0].where.line == 3);
    CHECK(list.items[0].where.column == 5);
    CHECK(list.items[1].entries[0].where.line == 4);
    CHECK(list.items[1].entries[0].where.column == 6);
    CHECK(list.items[1].find("c")->where.column == 9);
    CHECK(document.root.find("d")->where.line == 5);
    CHECK(document.root.find("d")->where.column == 1);
}

TEST_CASE("A byte order mark and CRLF line ends change nothing")
{
    const Document document = read_yaml(
        "\xEF\xBB\xBF"
        "a: 1\r\nb: 2\r\n",
        "t.yaml");
    REQUIRE(document.problems.empty());
    CHECK(to_json(document.root).value() == R"({"a":1,"b":2})");
    CHECK(document.root.entries[0].where.column == 1);
    CHECK(document.root.entries[1].where.line == 2);
}

TEST_CASE("Anchors and aliases repeat a value")
{
    CHECK(json_of("a: &x {b: [1]}\nc: *x\n") == R"({"a":{"b":[1]},"c":{"b":[1]}})");
}

TEST_CASE("Tags of applications are kept for those who know them, and refused by the others")
{
    const Document document = read_yaml("a: !Ref b\nc: !Sub [d, {e: !!str 1}]\n", "t.yaml");
    REQUIRE(document.problems.empty());
    CHECK(document.root.entries[0].value.tag == "!Ref");
    CHECK(document.root.entries[0].value.text == "b");
    CHECK(document.root.entries[1].value.tag == "!Sub");
    CHECK(document.root.entries[1].value.items[0].tag.empty());

    std::vector<Diagnostic> problems;
    refuse_tags(document.root, problems);
    REQUIRE(problems.size() == 2);
    CHECK(to_string(problems[0]) == "t.yaml:1:4: the tag !Ref means nothing here");
    CHECK(to_string(problems[1]) == "t.yaml:2:4: the tag !Sub means nothing here");
}

TEST_CASE("Syntax errors say where")
{
    CHECK(problem_of("a: [1, 2\nb: 3\n").find("t.yaml:") == 0);
    CHECK(problem_of("a: 1\n\tb: 2\n").find("t.yaml:2:") == 0);
    CHECK(problem_of("a: \"x\nb: 1\n") == "t.yaml:3:1: not valid YAML: a quoted text has no end");
    CHECK(problem_of("a: 'x") == "t.yaml:2:1: not valid YAML: a quoted text has no end");
    CHECK(problem_of("- a\nb: 1\n") == "t.yaml:2:1: expected the end of the document");
    CHECK(problem_of("a: *x\n").find("t.yaml:1:4: not valid YAML") == 0);
    CHECK(problem_of("a: 1\n---\nb: 2\n") == "t.yaml:2:1: expected the end of the document");
    CHECK(problem_of("? [a]\n: b\n") == "t.yaml:1:3: expected a name before the colon, not a list");
    CHECK(problem_of("a: &x [*x]\n") == "t.yaml:1:8: an alias inside the value that it stands for");
}

TEST_CASE("A key that is there twice is a mistake, and reading goes on")
{
    const Document document = read_yaml("a: 1\nb: {c: 1, c: 2, c: 3}\na: 2\n", "t.yaml");
    CHECK(document.is_complete);
    REQUIRE(document.problems.size() == 3);
    CHECK(to_string(document.problems[0]) == "t.yaml:2:11: the key \"c\" is already in line 2");
    CHECK(to_string(document.problems[2]) == "t.yaml:3:1: the key \"a\" is already in line 1");
    CHECK(to_json(document.root).value() == R"({"a":1,"b":{"c":1}})");
}

TEST_CASE("Hostile texts meet a bound")
{
    SECTION("aliases of aliases")
    {
        std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
        for (int i = 1; i < 12; ++i) {
            const std::string below = "*a" + std::to_string(i - 1);
            const std::string n = std::to_string(i);
            bomb += "a" + n + ": &a" + n + " [" + below + repeated(", " + below, 9) + "]\n";
        }
        CHECK(problem_of(bomb).find("more than 100000 values, counting those that aliases repeat") !=
              std::string::npos);
    }
    SECTION("aliases that nest deeper with every line")
    {
        std::string tower = "a0: &a0 [x]\n";
        for (int i = 1; i < 200; ++i) {
            tower +=
                "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
        }
        CHECK(problem_of(tower).find("nested more than 64 levels deep") != std::string::npos);
    }
    SECTION("nested lists and maps")
    {
        CHECK(problem_of(repeated("[", 100'000)).find("nested more than 64") != std::string::npos);
        CHECK(problem_of(repeated("[", 65) + repeated("]", 65)) ==
              "t.yaml:1:65: nested more than 64 levels deep");
        CHECK(problem_of(repeated("{a: ", 10'000)).find("nested more than 64") != std::string::npos);
        CHECK(problem_of(repeated("- ", 10'000)).find("nested more than 64") != std::string::npos);
        CHECK(json_of(repeated("[", 64) + repeated("]", 64)).size() == 128);
    }
    SECTION("many values")
    {
        CHECK(problem_of('[' + repeated("1,", 100'001) + ']').find("more than 100000 values") !=
              std::string::npos);
    }
    SECTION("a large text")
    {
        CHECK(problem_of(std::string(kFileBytesMax + 1, ' ')) == "t.yaml: larger than 4 MiB");
    }
    SECTION("NUL")
    {
        CHECK(problem_of(std::string("a: 1\nb: \0\n", 10)) ==
              "t.yaml:2:4: a NUL byte: this is not a text file");
    }
    SECTION("bytes that are not UTF-8")
    {
        CHECK(problem_of("a: \xC3\xA9\nb: x\xFF\n") == "t.yaml:2:5: the text is not UTF-8");
        CHECK(problem_of("\xFE\xFF") == "t.yaml:1:1: the text is not UTF-8");
    }
}
