// SPDX-License-Identifier: Apache-2.0
#include "api/selection_expression.hpp"

#include "catch.hpp"
#include "core/text.hpp"
#include "support/allocation_count.hpp"

#include <string>
#include <vector>

using namespace postern;
using api::SelectionExpression;

namespace {

constexpr const char* kMessage = R"({"service":"chat","action":"join","data":{"room":"room1234"}})";
constexpr const char* kNotJson = "not JSON";

SelectionExpression parse(std::string_view expression)
{
    auto parsed = SelectionExpression::parse(expression);
    if (!parsed) FAIL(parsed.error().detail);
    return *std::move(parsed);
}

std::string evaluate(std::string_view expression, std::string_view message)
{
    api::SelectionScratch scratch;
    return std::string(parse(expression).evaluate(message, scratch).value_or(kNotJson));
}

/// The route key at $request.body.action.
std::string action(std::string_view message)
{
    return evaluate("$request.body.action", message);
}

std::string error_of(std::string_view expression)
{
    const auto parsed = SelectionExpression::parse(expression);
    return parsed ? "no error" : parsed.error().detail;
}

bool has(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the expressions of AWS's documentation give its results (spec data-plane 3.2)")
{
    CHECK(evaluate("$request.body.action", kMessage) == "join");
    CHECK(evaluate("${request.body.action}", kMessage) == "join");
    CHECK(evaluate("${request.body.service}/${request.body.action}", kMessage) == "chat/join");
    CHECK(evaluate("${request.body.action}-${request.body.invalidPath}", kMessage) == "join-");
    CHECK(evaluate("action", kMessage) == "action");
    CHECK(evaluate("\\$default", kMessage) == "$default");
    CHECK(evaluate("$request.body.data.room", kMessage) == "room1234");
}

TEST_CASE("every kind of value has its text (spec data-plane 3.2)")
{
    CHECK(action(R"({"action":"join"})") == "join");
    CHECK(action(R"({"action":""})") == "");
    CHECK(action(R"({"action":["item1","item2"]})") == "[item1, item2]");
    CHECK(action(R"({"action":["only"]})") == "[only]");
    CHECK(action(R"({"action":[]})") == "[]");
    CHECK(action(R"({"action":[1,true,null,"a"]})") == "[1, true, null, a]");
    CHECK(action(R"({"action":[[1,2],[],["a",[3]]]})") == "[[1, 2], [], [a, [3]]]");
    CHECK(action(R"({"action":42})") == "42");
    CHECK(action(R"({"action":true})") == "true");
    CHECK(action(R"({"action":false})") == "false");
    CHECK(action(R"({"action":null})") == "");
    CHECK(action(R"({"action":{"a":"b"}})") == "");
    CHECK(action(R"({"other":"join"})") == "");
    CHECK(action("{}") == "");
}

TEST_CASE("numbers keep the text they came with")
{
    for (const std::string number : {"0", "-1", "1.50", "1e3", "-0", "12345678901234567890123", "0.1e-400"}) {
        CHECK(action(R"({"action":)" + number + "}") == number);
    }
    // Beyond a double RapidJSON sees no JSON: such a message goes to $default.
    CHECK(action(R"({"action":"join","n":1e400})") == kNotJson);
    CHECK(action(R"({"action":"join","n":)" + std::string(400, '9') + "}") == kNotJson);
}

TEST_CASE("a JSON text that is no object has no path")
{
    for (const std::string root :
         {"\"action\"", "42", "true", "null", "[]", R"(["action"])", R"([{"action":"x"}])"}) {
        CHECK(action(root) == "");
    }
}

TEST_CASE("whatever is not JSON gives nothing")
{
    const std::string message = GENERATE(as<std::string>(),
                                         "",
                                         " ",
                                         "plain",
                                         "{",
                                         R"({"action":"join")",
                                         R"({"action":"join"}x)",
                                         R"({"action":"join"}{})",
                                         R"({"action":"join",})",
                                         R"({action:"join"})",
                                         R"({'action':'join'})",
                                         R"({"action":01})",
                                         R"({"action":+1})",
                                         R"({"action":.5})",
                                         R"({"action":NaN})",
                                         R"({"action":"a)"
                                         "\n"
                                         R"("})",
                                         R"({"action":"\x"})",
                                         R"({"action":"\u12"})",
                                         "\xEF\xBB\xBF{}",
                                         "// comment\n{}");
    INFO(message);
    CHECK(action(message) == kNotJson);
}

TEST_CASE("a raw control character is no JSON, wherever it stands")
{
    for (char c = 1; c < 0x20; ++c) {
        INFO(static_cast<int>(c));
        for (std::size_t before = 0; before < 20; ++before) {
            const std::string value = std::string(before, 'x') + c + std::string(20, 'x');
            CHECK(action(R"({"action":")" + value + R"("})") == kNotJson);
        }
    }
    CHECK(action(R"({"action":"\u001a\u001f"})") == "\x1a\x1f");
}

TEST_CASE("white space around the text is allowed")
{
    CHECK(action(" \t\r\n{ \"action\" : \"join\" } \n") == "join");
}

TEST_CASE("escapes are decoded before they are compared")
{
    CHECK(action(R"({"\u0061ction":"j\u00f6in\n\/"})") == "j\xC3\xB6in\n/");
    CHECK(action(R"({"action":"\ud83d\ude00"})") == "\xF0\x9F\x98\x80");
}

TEST_CASE("a lone surrogate names no route")
{
    CHECK(action(R"({"action":"\ud83d"})") == kNotJson);
    CHECK(action(R"({"action":"\ud83dx"})") == kNotJson);
    CHECK(action(R"({"action":"\ud83d\ud83d"})") == kNotJson);
    // RapidJSON 1.1.0 lets a low one through: bytes that are not UTF-8, and route keys are.
    CHECK_FALSE(text::is_utf8(action(R"({"action":"\ude00"})")));
}

TEST_CASE("an escaped NUL is a character, a raw one is no JSON")
{
    CHECK(action(R"({"action":"a\u0000b"})") == std::string("a\0b", 3));
    CHECK(action(R"({"action\u0000":"x"})") == "");
    CHECK(action(std::string("{\"action\":\"a\"}\0", 15)) == kNotJson);
    CHECK(action(std::string("{\"action\":\"a\"}\0{}", 17)) == kNotJson);
    CHECK(action(std::string("{\"action\":\"\0\"}", 14)) == kNotJson);
    CHECK(action(std::string("\0", 1)) == kNotJson);
}

TEST_CASE("of duplicate members the last one counts")
{
    CHECK(action(R"({"action":"first","action":"last"})") == "last");
    CHECK(action(R"({"action":"first","action":null})") == "");
    CHECK(action(R"({"action":"first","action":{"action":"inner"}})") == "");
    CHECK(action(R"({"action":["a"],"action":["b"]})") == "[b]");
    CHECK(evaluate("$request.body.a.b", R"({"a":{"b":1},"a":{"c":2}})") == "");
    CHECK(evaluate("$request.body.a.b", R"({"a":{"b":1},"a":2})") == "");
    CHECK(evaluate("$request.body.a.b", R"({"a":2,"a":{"b":1}})") == "1");
}

TEST_CASE("a member of the same name elsewhere does not count")
{
    CHECK(action(R"({"data":{"action":"inner"},"list":[{"action":"x"}],"action":"outer"})") == "outer");
    CHECK(action(R"({"action":"outer","data":{"action":"inner"},"list":["action"]})") == "outer");
    CHECK(action(R"({"data":{"action":"inner"}})") == "");
    CHECK(evaluate("$request.body.data.room", R"({"room":"a","data":{"x":{"room":"b"},"room":"c"}})") == "c");
}

TEST_CASE("paths go through names, quoted names and indexes")
{
    constexpr const char* kNested =
        R"({"a":[{"b":"first"},{"b":["x",{"c d":"deep"}]},7],"a-b_1":"dash","":"empty"})";
    CHECK(evaluate("$request.body.a[0].b", kNested) == "first");
    CHECK(evaluate("$request.body.a[1].b[0]", kNested) == "x");
    CHECK(evaluate("$request.body.a[1].b[1]['c d']", kNested) == "deep");
    CHECK(evaluate("$request.body['a'][1][\"b\"][1][\"c d\"]", kNested) == "deep");
    CHECK(evaluate("$request.body.a[2]", kNested) == "7");
    CHECK(evaluate("$request.body.a[3]", kNested) == "");
    CHECK(evaluate("$request.body.a['0']", kNested) == "");
    CHECK(evaluate("$request.body[0]", kNested) == "");
    CHECK(evaluate("$request.body[0]", R"(["first"])") == "first");
    CHECK(evaluate("$request.body.a-b_1", kNested) == "dash");
    CHECK(evaluate("$request.body['']", kNested) == "empty");
    CHECK(evaluate("$request.body['x\xC3\xA4']", "{\"x\xC3\xA4\":1}") == "1");
    CHECK(evaluate("$request.body.a[1].b", kNested) == "[x, ]");  // an object among items: UNCONFIRMED
}

TEST_CASE("an unwrapped variable ends where its path ends")
{
    CHECK(evaluate("$request.body.action/x", kMessage) == "join/x");
    CHECK(evaluate("$request.body.action.", kMessage) == "join.");
    CHECK(evaluate("$request.body.action $request.body.service", kMessage) == "join chat");
    CHECK(evaluate("$request.body.action$request.body.service", kMessage) == "joinchat");
    CHECK(evaluate("a${request.body.action}b", kMessage) == "ajoinb");
    CHECK(evaluate("\\$${request.body.action}\\", kMessage) == "$join\\");
    CHECK(evaluate("{request.body.action}", kMessage) == "{request.body.action}");
}

TEST_CASE("a path may be used twice, and many at once")
{
    CHECK(evaluate("${request.body.a}${request.body.a}${request.body.b[1]}-${request.body.c.d}",
                   R"({"c":{"d":"D"},"b":[0,"B"],"a":"A"})") == "AAB-D");
}

TEST_CASE("what the grammar does not know is refused, with its position")
{
    const auto is_refused_at = [](std::string_view expression, int character, std::string_view why) {
        const std::string error = error_of(expression);
        INFO(expression << ": " << error);
        CHECK(has(error, '"' + std::string(expression) + '"'));
        CHECK(has(error, "character " + std::to_string(character) + ":"));
        CHECK(has(error, why));
    };
    is_refused_at("", 1, "empty");
    is_refused_at("$", 2, "request.body");
    is_refused_at("$default", 2, "request.body");
    is_refused_at("$request.header.x", 2, "request.body");
    is_refused_at("$context.routeKey", 2, "request.body");
    is_refused_at("a/$request.query.x", 4, "request.body");
    is_refused_at("$request.body", 14, "path");
    is_refused_at("$request.body.", 14, "path");
    is_refused_at("$request.bodyaction", 14, "path");
    is_refused_at("${request.body.action", 22, "'}'");
    is_refused_at("${request.body.action!}", 22, "'}'");
    is_refused_at("${request.body}", 15, "path");
    is_refused_at("$request.body..action", 14, "'..'");
    is_refused_at("$request.body.a..b", 16, "'..'");
    is_refused_at("$request.body.*", 14, "path");
    is_refused_at("$request.body.a[*]", 16, "wildcards");
    is_refused_at("$request.body.a[?(@.b)]", 16, "wildcards");
    is_refused_at("$request.body.a[-1]", 16, "index");
    is_refused_at("$request.body.a[]", 16, "index");
    is_refused_at("$request.body.a[4294967296]", 16, "index");
    is_refused_at("$request.body.a[1", 16, "not closed");
    is_refused_at("$request.body.a['b", 16, "not closed");
    is_refused_at("$request.body.a['b\"]", 16, "not closed");
}

TEST_CASE("messages of brackets need no stack")
{
    const std::size_t depth = 131'072;
    const std::string open(depth, '[');
    CHECK(action(open) == kNotJson);
    CHECK(action(open + std::string(depth, ']')) == "");
    CHECK(action(R"({"action":)" + open + std::string(depth, ']') + "}").size() == 2 * depth);
    std::string objects;
    for (int i = 0; i < 20'000; ++i) objects += R"({"action":)";
    CHECK(action(objects + "1" + std::string(20'000, '}')) == "");
    CHECK(action(objects) == kNotJson);
}

TEST_CASE("the answer does not depend on what was evaluated before")
{
    api::SelectionScratch scratch;
    const SelectionExpression one = parse("$request.body.action");
    const SelectionExpression two = parse("${request.body.a}/${request.body.b}");
    CHECK(two.evaluate(R"({"a":"long value","b":["x"]})", scratch) == "long value/[x]");
    CHECK_FALSE(one.evaluate(R"({"action":["unfinished)", scratch));
    CHECK(one.evaluate(R"({"action":"join"})", scratch) == "join");
    CHECK_FALSE(two.evaluate(R"({"a":{"b":[{)", scratch));
    CHECK(two.evaluate(R"({"b":"B"})", scratch) == "/B");
    CHECK(one.evaluate("{}", scratch) == "");
}

TEST_CASE("evaluation takes nothing from the free store once it has warmed up")
{
    api::SelectionScratch scratch;
    const std::vector<SelectionExpression> expressions{
        parse("$request.body.action"),
        parse("${request.body.service}/${request.body.data.room}"),
        parse("static")};
    const std::vector<std::string> messages{
        kMessage,
        R"({"action":["a","b"],"data":{"room":"a room with a longer name"}})",
        R"({"action":"a value that is longer than a short string holds"})",
        "not JSON",
        "{}"};
    const auto run = [&] {
        std::size_t bytes = 0;
        for (const SelectionExpression& expression : expressions) {
            for (const std::string& message : messages) {
                bytes += expression.evaluate(message, scratch).value_or("").size();
            }
        }
        return bytes;
    };
    const std::size_t warm_up = run();
    const std::size_t before = test::allocation_count;
    std::size_t bytes = 0;
    for (int i = 0; i < 100; ++i) bytes += run();
    CHECK(test::allocation_count == before);
    CHECK(bytes == 100 * warm_up);
}
