// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/variables.hpp"

#include "catch.hpp"
#include "unit/config/serverless/support.hpp"

#include <string>

using namespace postern::config;

namespace {

/// The value of "x" in a file, as JSON, and what was wrong.
struct Resolved {
    std::string json;
    std::string problems;
    std::vector<std::string> files;
};

Resolved resolved(const std::string& text,
                  const serverless::Options& options = {},
                  const std::string& name = "serverless.yml")
{
    Document document = read_yaml(text, name);
    REQUIRE(document.is_complete);
    Translation out;
    serverless::Variables file(
        document.root, std::filesystem::path(name).parent_path().string(), options, out);
    const Node value = file.resolve(*document.root.find("x"));
    return {to_json(value).value(), lines_of(out.problems), out.files};
}

/// The value of a text in a file that has custom: {a: 1, b: [p, q], c: {d: text}} and stage dev.
std::string value_of(const std::string& text, const serverless::Options& options = {})
{
    const Resolved out = resolved(
        "service: chat\nprovider: {name: aws}\ncustom: {a: 1, b: [p, q], c: {d: text}}\nx: " + text, options);
    CHECK(out.problems == "");
    return out.json;
}

std::string problem_of(const std::string& text, const serverless::Options& options = {})
{
    return resolved("x: " + text, options).problems;
}

}  // namespace

TEST_CASE("A value that is one variable keeps its type; inside a text it is text")
{
    CHECK(value_of("${self:custom.a}") == "1");
    CHECK(value_of("${self:custom.b}") == R"(["p","q"])");
    CHECK(value_of("${self:custom.c}") == R"({"d":"text"})");
    CHECK(value_of("${ self:custom.c.d }") == R"("text")");
    CHECK(value_of("${self:custom.b.1}") == R"("q")");
    CHECK(value_of("v${self:custom.a}-${self:service}") == R"("v1-chat")");
    CHECK(value_of("[{y: '${self:custom.a}'}]") == R"([{"y":1}])");
}

TEST_CASE("The first source that has a value wins")
{
    CHECK(value_of("${opt:a, 'x'}") == R"("x")");
    CHECK(value_of("${opt:a, \"x\"}") == R"("x")");
    CHECK(value_of("${opt:a, ''}") == R"("")");
    CHECK(value_of("${opt:a, 5}") == "5");
    CHECK(value_of("${opt:a, true}") == "true");
    CHECK(value_of("${opt:a, null}") == "null");
    CHECK(value_of("${opt:a, env:B, self:custom.c.d, 'x'}") == R"("text")");
    CHECK(value_of("${opt:a, ${env:B, ${self:custom.a}}}") == "1");
    CHECK(value_of("${opt:a, ${opt:b}, 'x'}") == R"("x")");
    CHECK(value_of("${opt:a, 'with, comma and } brace'}") == R"("with, comma and } brace")");
    CHECK(value_of("${opt:a, 'x'}", {{{"a", "given"}}, {}}) == R"("given")");
    CHECK(value_of("${env:B, 'x'}", {{}, {{"B", "given"}}}) == R"("given")");
    CHECK(value_of("${ssm:/a/b, 'x'}") == R"("x")");
    CHECK(value_of("${self:custom.nothing, '${self:service}-x'}") == R"("chat-x")");
}

TEST_CASE("Variables stand inside one another")
{
    CHECK(value_of("${self:custom.${opt:which, 'c'}.d}") == R"("text")");
    CHECK(value_of("${self:custom.${opt:${env:N}}.d}", {{{"n", "c"}}, {{"N", "n"}}}) == R"("text")");
}

TEST_CASE("Stage, region, account and parameters have values")
{
    CHECK(value_of("${sls:stage} ${self:provider.stage} ${aws:region} ${aws:accountId}") ==
          R"("dev dev us-east-1 000000000000")");
    CHECK(value_of("'${sls:stage} ${aws:region}'", {{{"stage", "prod"}, {"region", "eu-west-3"}}, {}}) ==
          R"("prod eu-west-3")");
    const std::string parameters =
        "params: {default: {p: 1, q: 2}, prod: {p: 3}}\nstages: {prod: {params: {r: 4}}}\nx: ";
    CHECK(resolved(parameters + "'${param:p} ${param:q}'").json == R"("1 2")");
    CHECK(resolved(parameters + "'${param:p} ${param:q} ${param:r}'", {{{"stage", "prod"}}, {}}).json ==
          R"("3 2 4")");
    CHECK(resolved(parameters + "${param:p}", {{{"param:p", "9"}}, {}}).json == "9");
    CHECK(value_of("[\"${strToBool(true)}\", '${strToBool(${opt:a, 0})}']") == "[true,false]");
}

TEST_CASE("What is no variable of the Framework stays as it is")
{
    CHECK(value_of("'${AWS::Region} ${Table} ${Table.Arn} ${} $ {x} \\${self:a}'") ==
          R"("${AWS::Region} ${Table} ${Table.Arn} ${} $ {x} ${self:a}")");
}

TEST_CASE("A variable without a value is a mistake that says what to do")
{
    CHECK(problem_of("${self:custom.a}") ==
          "serverless.yml:1:4: ${self:custom.a} has no value: there is nothing at custom.a in this file\n");
    CHECK(problem_of("${opt:key}") ==
          "serverless.yml:1:4: ${opt:key} has no value: give it with --opt key=VALUE, or write a fallback "
          "behind a comma\n");
    CHECK(problem_of("a${env:KEY}") ==
          "serverless.yml:1:4: ${env:KEY} has no value: the environment variable KEY is not set; set it, or "
          "write a fallback behind a comma\n");
    CHECK(problem_of("${ssm:/a/b}") ==
          "serverless.yml:1:4: ${ssm:/a/b} has no value: ssm is in an AWS account, which is not asked; give "
          "the value with --opt 'ssm:/a/b=VALUE', or write a fallback behind a comma\n");
    CHECK(problem_of("${ssm:/a/b}", {{{"ssm:/a/b", "v"}}, {}}) == "");
    CHECK_THAT(problem_of("${git:branch}"), Catch::Contains("the source git is not known here"));
    CHECK_THAT(problem_of("${sls:nonsense}"), Catch::Contains("expected sls:stage or sls:instanceId"));
    CHECK_THAT(problem_of("${aws:nonsense}"), Catch::Contains("expected aws:region, aws:accountId"));
    CHECK_THAT(problem_of("${strToBool(maybe)}"), Catch::Contains("expected true, false, 1 or 0"));
    CHECK_THAT(problem_of("${opt:a, b}"), Catch::Contains("or a text in quotes, not \"b\""));
    CHECK_THAT(problem_of("\"${opt:a\""), Catch::Contains("a variable without its closing brace"));
    CHECK_THAT(problem_of("\"t ${self:x.y}\""), Catch::Contains("leads to itself"));
}

TEST_CASE("A mistake is told once, however many values it takes part in")
{
    CHECK(resolved("custom: {a: \"${opt:k}\", b: \"${self:custom.a}\"}\nx: ['${self:custom.b}', "
                   "'${self:custom.b}', 'c${self:custom.a}']")
              .problems ==
          "serverless.yml:1:13: ${opt:k} has no value: give it with --opt k=VALUE, or write a "
          "fallback behind a comma\n");
}

TEST_CASE("Nobody asks for the value of a variable that nothing uses")
{
    CHECK(resolved("custom: {a: \"${ssm:/x}\", b: 1}\nx: \"${self:custom.b}\"").problems == "");
}

TEST_CASE("A list or a map cannot be part of a text")
{
    CHECK(resolved("custom: {a: []}\nx: \"v${self:custom.a}\"").problems ==
          "serverless.yml:2:4: ${self:custom.a} is a list, which cannot be part of a text\n");
}

TEST_CASE("Cycles are named")
{
    CHECK(resolved("custom: {a: \"${self:custom.b}\", b: \"${self:custom.a}\"}\nx: \"${self:custom.a}\"")
              .problems ==
          "serverless.yml:1:13: a variable that leads to itself: ${self:custom.b} -> ${self:custom.a} -> "
          "${self:custom.b}\n");
    CHECK_THAT(resolved("custom: {a: {b: \"${self:custom}\"}}\nx: \"${self:custom}\"").problems,
               Catch::Contains("a variable that leads to itself: ${self:custom}"));
    CHECK_THAT(resolved("provider: {stage: \"${sls:stage}\"}\nx: \"${sls:stage}\"").problems,
               Catch::Contains("leads to itself"));
}

TEST_CASE("A file that variables make too large is refused")
{
    std::string text = "custom:\n  a0: " + std::string(1000, 'a') + "\n";
    for (int i = 1; i < 30; ++i) {
        const std::string below = "${self:custom.a" + std::to_string(i - 1) + "}";
        text += "  a" + std::to_string(i) + ": \"" + below + below + "\"\n";
    }
    CHECK_THAT(resolved(text + "x: ${self:custom.a29}").problems, Catch::Contains("larger than"));

    std::string lists = "custom:\n  a0: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
    for (int i = 1; i < 9; ++i) {
        const std::string below = "'${self:custom.a" + std::to_string(i - 1) + "}'";
        lists += "  a" + std::to_string(i) + ": [" + below;
        for (int j = 1; j < 10; ++j) lists += ", " + below;
        lists += "]\n";
    }
    CHECK_THAT(resolved(lists + "x: ${self:custom.a8}").problems, Catch::Contains("larger than"));
    std::string chain = "custom:\n  a0: 1\n";
    for (int i = 1; i < 200; ++i) {
        chain += "  a" + std::to_string(i) + ": ${self:custom.a" + std::to_string(i - 1) + "}\n";
    }
    CHECK_THAT(resolved(chain + "x: ${self:custom.a199}").problems, Catch::Contains("lead to one another"));
    std::string nested = "'x'";
    for (int i = 0; i < 40; ++i) nested = "${opt:a, " + nested + "}";
    CHECK_THAT(resolved("x: \"" + nested + "\"").problems, Catch::Contains("inside one another"));
}

TEST_CASE("Merge keys merge, the map's own entries win")
{
    CHECK(resolved("b: &b {p: 1, q: 2}\nx: {<<: *b, q: 3}").json == R"({"q":3,"p":1})");
    CHECK(resolved("b: &b {p: 1}\nc: &c {p: 2, q: 2}\nx: {<<: [*b, *c]}").json == R"({"p":1,"q":2})");
}

TEST_CASE("Values come from YAML, JSON and text files below the service's directory")
{
    const TemporaryDirectory directory;
    const std::string name = (directory.path() / "serverless.yml").string();
    directory.write("conf/a.yml", "dev: {name: '${self:service}-a'}\nlist: [1, 2]\n");
    directory.write("b.json", R"({"k": {"l": true}})");
    directory.write("c.txt", "plain text\n");
    directory.write("d.js", "module.exports = 1");
    const auto value = [&](const std::string& text) { return resolved("service: s\nx: " + text, {}, name); };
    CHECK(value("${file(./conf/a.yml):dev.name}").json == R"("s-a")");
    CHECK(value("${file(conf/a.yml):${sls:stage}}").json == R"({"name":"s-a"})");
    CHECK(value("${file(b.json):k.l}").json == "true");
    CHECK(value("${file(b.json)}").json == R"({"k":{"l":true}})");
    CHECK(value("${file(c.txt)}").json == R"("plain text\n")");
    CHECK(value("${file(no.yml):a, 'x'}").json == R"("x")");
    CHECK(value("['${file(b.json):k.l}', '${file(./b.json):k.l}']").files ==
          std::vector<std::string>{(directory.path() / "b.json").string()});
    CHECK_THAT(value("${file(no.yml):a}").problems, Catch::Contains("there is no file no.yml"));
    CHECK_THAT(value("${file(b.json):z}").problems, Catch::Contains("there is nothing at z in b.json"));
    CHECK_THAT(value("${file(d.js):a}").problems, Catch::Contains("is code, which is not run"));
    CHECK_THAT(value("${file(conf):a}").problems, Catch::Contains("is not a file"));
}

TEST_CASE("Files elsewhere are read only if projectDir says so")
{
    const TemporaryDirectory directory;
    directory.write("shared.yml", "a: 1\n");
    directory.write("service/here.yml", "a: 2\n");
    std::filesystem::create_symlink(directory.path() / "shared.yml", directory.path() / "service/link.yml");
    const std::string name = (directory.path() / "service/serverless.yml").string();
    for (const std::string file : {"../shared.yml", "link.yml", "/etc/hostname"}) {
        const Resolved out = resolved("x: ${file(" + file + "):a}", {}, name);
        CHECK_THAT(out.problems, Catch::Contains("outside of " + (directory.path() / "service").string()));
        CHECK(out.json == "null");
        CHECK(out.files.empty());
    }
    CHECK(resolved("projectDir: ..\nx: ${file(../shared.yml):a}", {}, name).json == "1");
}
