// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_writer.hpp"

#include "catch.hpp"
#include "config/yaml_reader.hpp"

#include <array>
#include <random>
#include <string>

using namespace postern::config;

namespace {

Node read(const std::string& text)
{
    const Document document = read_yaml(text, "t.yaml");
    INFO(text);
    for (const Diagnostic& problem : document.problems) FAIL(to_string(problem));
    return document.root;
}

std::string rewritten(const std::string& text)
{
    return write_yaml(read(text));
}

Node text_node(std::string text, bool is_quoted)
{
    Node node = scalar_node(std::move(text), {});
    node.is_quoted = is_quoted;
    return node;
}

Node list_of(std::vector<Node> items)
{
    Node node;
    node.type = Node::Type::List;
    node.items = std::move(items);
    return node;
}

/// Whether a tree and what was read back are the same to everyone who reads trees: by JSON where it has words
/// for the values (.inf has none), and by their texts.
void check_same(const Node& a, const Node& b)
{
    REQUIRE(a.type == b.type);
    REQUIRE(a.text == b.text);
    const auto left = to_json(a);
    const auto right = to_json(b);
    REQUIRE(left.has_value() == right.has_value());
    if (left.has_value()) REQUIRE(*left == *right);
    REQUIRE(a.items.size() == b.items.size());
    REQUIRE(a.entries.size() == b.entries.size());
    for (std::size_t i = 0; i < a.items.size(); ++i) check_same(a.items[i], b.items[i]);
    for (std::size_t i = 0; i < a.entries.size(); ++i) {
        REQUIRE(a.entries[i].key == b.entries[i].key);
        check_same(a.entries[i].value, b.entries[i].value);
    }
}

/// Trees made of what is hard to write.
class Trees {
public:
    Node tree(int depth)
    {
        const int kind = depth == 0 ? pick(3) : pick(6);
        if (kind == 0) return Node{};
        if (kind < 3) return text_node(text(), pick(2) == 0);
        Node node;
        node.type = kind == 3 ? Node::Type::List : Node::Type::Map;
        for (int i = pick(4); i > 0; --i) {
            if (kind == 3) {
                node.items.push_back(tree(depth - 1));
            } else if (const std::string key = text(); node.find(key) == nullptr) {
                node.entries.push_back({key, {}, tree(depth - 1)});
            }
        }
        return node;
    }

private:
    static constexpr std::array<const char*, 62> kParts = {"a",
                                                           "Z9",
                                                           " ",
                                                           "  ",
                                                           "\n",
                                                           "\n\n",
                                                           "\t",
                                                           "\r",
                                                           "\"",
                                                           "'",
                                                           "\\",
                                                           ":",
                                                           ": ",
                                                           "#",
                                                           " #",
                                                           "-",
                                                           "- ",
                                                           "?",
                                                           "? ",
                                                           "|",
                                                           ">",
                                                           "!",
                                                           "!x",
                                                           "&a",
                                                           "*a",
                                                           "{",
                                                           "}",
                                                           "[",
                                                           "]",
                                                           ",",
                                                           "%",
                                                           "@",
                                                           "`",
                                                           "~",
                                                           "=",
                                                           "<<",
                                                           "...",
                                                           "---",
                                                           "null",
                                                           "true",
                                                           "False",
                                                           "yes",
                                                           "1",
                                                           "-1",
                                                           "1e3",
                                                           "0x1",
                                                           ".inf",
                                                           ".5",
                                                           "+",
                                                           "$",
                                                           "${a:b}",
                                                           "$request.body.action",
                                                           "\xC3\xA9",
                                                           "\x01",
                                                           "\x7F",
                                                           "\xC2\x85",
                                                           "\xE2\x80\xA8",
                                                           "\xEF\xBB\xBF",
                                                           "\xF0\x9F\x98\x80",
                                                           "lambda:x",
                                                           "https://a/b?c",
                                                           "longer text here"};

    int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

    std::string text()
    {
        std::string out;
        for (int i = pick(5); i > 0; --i) out += kParts.at(static_cast<std::size_t>(pick(kParts.size())));
        if (pick(50) == 0) out += std::string(1100, 'k');
        return out;
    }

    std::mt19937 random_{20260925};
};

}  // namespace

TEST_CASE("Whatever the tree, what is written is read back as the same")
{
    Trees trees;
    for (int i = 0; i < 4000; ++i) {
        Node made = trees.tree(4);
        const std::string text = write_yaml(made);
        INFO(text);
        const Document document = read_yaml(text, "t.yaml");
        REQUIRE(document.problems.empty());
        check_same(made, document.root);
    }
}

TEST_CASE("Short maps and lists of scalars stand on one line, others on a line for each entry")
{
    CHECK(rewritten("apis: {a: {routes: {$default: lambda:f, say: {integration: lambda:f, x: {y: 1}}}}}") ==
          "apis:\n"
          "  a:\n"
          "    routes:\n"
          "      $default: lambda:f\n"
          "      say:\n"
          "        integration: lambda:f\n"
          "        x: { y: 1 }\n");
    CHECK(rewritten("a: {b: {c: 1, d: two words}, e: [1, '2'], f: {}, g: [], h: null}") ==
          "a:\n  b: { c: 1, d: \"two words\" }\n  e: [1, \"2\"]\n  f: {}\n  g: []\n  h: null\n");
    CHECK(rewritten("a: [[1, 2], {b: c}]") == "a:\n  - [1, 2]\n  - { b: c }\n");
    const std::string longer(60, 'x');
    CHECK(write_yaml(read("a: {b: " + longer + ", c: " + longer + "}")) ==
          "a:\n  b: " + longer + "\n  c: " + longer + "\n");
    CHECK(rewritten("{}") == "{}\n");
    CHECK(rewritten("5") == "5\n");
}

TEST_CASE("Texts have quotes only where they would be read as something else")
{
    const auto written = [](const std::string& text, bool is_quoted) {
        return write_yaml(list_of({list_of({}), text_node(text, is_quoted)})).substr(7);
    };
    CHECK(written("dev", true) == "dev\n");
    CHECK(written("$request.body.action", false) == "$request.body.action\n");
    CHECK(written("12", false) == "12\n");
    CHECK(written("12", true) == "\"12\"\n");
    CHECK(written("true", true) == "\"true\"\n");
    CHECK(written("no", true) == "\"no\"\n");
    CHECK(written("no", false) == "no\n");
    CHECK(written("null", false) == "\"null\"\n");
    CHECK(written("", true) == "\"\"\n");
    CHECK(written("a: b", false) == "\"a: b\"\n");
    CHECK(written("a\"b\\c\x01\t", true) == "\"a\\\"b\\\\c\\x01\\t\"\n");
}

TEST_CASE("A text of several lines is a block of its lines")
{
    CHECK(rewritten("a: {b: \"x {\\n  y\\n\\n}\\n\", c: \"1\\n2\"}") ==
          "a:\n  b: |\n    x {\n      y\n\n    }\n  c: |-\n    1\n    2\n");
    CHECK(rewritten("a: \" x\\ny\"") == "a: \" x\\ny\"\n");
    CHECK(rewritten("a: \"x\\n\\n\"") == "a: \"x\\n\\n\"\n");
}
