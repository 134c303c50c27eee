// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/code_stamp.hpp"

#include "function_fixture.hpp"

using namespace postern;
using namespace postern::test;
using lambda::CodeReader;
using lambda::CodeStamp;

TEST_CASE("what is edited, added or removed is another code, and what changes by itself is not")
{
    TemporaryDirectory code;
    TemporaryDirectory layer;
    api::Function function;
    function.code_uri = code.path();
    function.layers = {layer.path()};
    code.write("a/index.js", "1");
    code.write("node_modules/x/index.js", "1");
    code.write(".venv/pyvenv.cfg", "");
    code.write(".venv/lib/python3.12/site-packages/x.py", "1");
    const CodeStamp before = CodeStamp::of(function);
    CHECK(CodeStamp::of(function) == before);
    CHECK(before.files == 3);  // index.js, node_modules and .venv

    SECTION("an edited file")
    {
        code.write("a/index.js", "12");
        CHECK(CodeStamp::of(function) != before);
    }
    SECTION("a new one")
    {
        code.write("a/b.js", "");
        CHECK(CodeStamp::of(function) != before);
    }
    SECTION("a removed one")
    {
        std::filesystem::remove(code.path() + "/a/index.js");
        CHECK(CodeStamp::of(function) != before);
    }
    SECTION("a layer's")
    {
        layer.write("nodejs/x.js", "");
        CHECK(CodeStamp::of(function) != before);
    }
    SECTION("a package that was installed")
    {
        code.write("node_modules/y/index.js", "1");
        CHECK(CodeStamp::of(function) != before);
    }
    SECTION("a virtual environment that was made")
    {
        code.write("env/pyvenv.cfg", "");
        CHECK(CodeStamp::of(function) != before);
    }
    SECTION("what editors and the Finder leave")
    {
        code.write(".idea/workspace.xml", "");
        code.write(".vscode/settings.json", "");
        code.write("a/.DS_Store", "");
        code.write("a/.index.js.swp", "");
        code.write("a/index.js~", "");
        CHECK(CodeStamp::of(function) == before);
    }
    SECTION("the insides of a package, of a virtual environment, of .git and __pycache__")
    {
        code.write(".venv/lib/python3.12/site-packages/x.py", "12");
        code.write("node_modules/x/index.js", "12");
        code.write(".git/index", "");
        code.write("a/__pycache__/b.pyc", "");
        CHECK(CodeStamp::of(function) == before);
    }
}

TEST_CASE("what the gateway itself writes is no code")
{
    TemporaryDirectory code;
    api::Function function;
    function.code_uri = code.path();
    code.write("index.js", "1");
    const std::vector<std::string> own{code.path() + "/logs/one.log", code.path() + "/logs/other.log"};
    const CodeStamp before = CodeReader(own).stamp_of(function);
    code.write("logs/one.log", "a line");
    CHECK(CodeReader(own).stamp_of(function) == before);
    code.write("logs/mine.log", "a line");
    CHECK(CodeReader(own).stamp_of(function) != before);
}

TEST_CASE("a function without files has a stamp as well")
{
    api::Function function;
    function.code_uri = "/no/such/directory";
    CHECK(CodeStamp::of(function) == CodeStamp());
}

TEST_CASE("a directory that functions share is read once for all of them")
{
    TemporaryDirectory code;
    TemporaryDirectory layer;
    code.write("index.js", "1");
    api::Function first;
    first.code_uri = code.path();
    api::Function second = first;
    second.layers = {layer.path()};
    CodeReader reader;
    const CodeStamp before = reader.stamp_of(first);

    code.write("index.js", "12");
    layer.write("nodejs/x.js", "");

    CHECK(reader.stamp_of(first) == before);
    CHECK(reader.stamp_of(second).files == 2);
    CHECK(reader.stamp_of(second).sum != before.sum);
    CHECK(CodeReader().stamp_of(first) != before);
    CHECK(CodeReader().stamp_of(second) == CodeStamp::of(second));
}
