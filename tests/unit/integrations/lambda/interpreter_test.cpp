// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/interpreter.hpp"

#include "function_fixture.hpp"

using namespace postern;
using namespace postern::test;
using lambda::Interpreters;
using lambda::Language;
using lambda::node_flags;
using lambda::version_difference;

TEST_CASE("an interpreter says who it is, also through the script of a version manager, and is asked once")
{
    TemporaryDirectory directory;
    const std::string shim = directory.write("python3", "#!/bin/sh\nexec /usr/bin/python3 \"$@\"\n", true);
    Interpreters interpreters;
    const auto found = interpreters.ask(shim, Language::Python);
    REQUIRE(found.has_value());
    CHECK(found->path == "/usr/bin/python3");
    CHECK(found->version.starts_with("3."));
    directory.write("python3", "#!/bin/sh\nexit 1\n", true);
    CHECK(interpreters.ask(shim, Language::Python)->path == "/usr/bin/python3");
}

TEST_CASE("what cannot be run, fails or talks nonsense is no interpreter")
{
    TemporaryDirectory directory;
    Interpreters interpreters;
    CHECK(!interpreters.ask("/no/such/node", Language::Node));
    CHECK(!interpreters.ask(directory.write("a", "#!/bin/sh\necho /bin/sh; echo 1.2; exit 127\n", true),
                            Language::Node));
    CHECK(!interpreters.ask(directory.write("b", "#!/bin/sh\necho hello\n", true), Language::Node));
    CHECK(interpreters.ask(directory.write("c", "#!/bin/sh\necho /bin/sh; echo 1.2\n", true), Language::Node)
              ->version == "1.2");
    const std::string warns = "#!/bin/sh\necho 'warning: old' >&2; echo /bin/sh; echo 1.3\n";
    const auto warned = interpreters.ask(directory.write("d", warns, true), Language::Node);
    REQUIRE(warned.has_value());
    CHECK(warned->version == "1.3");
}

TEST_CASE("Node.js is told to leave off what Lambda turns off, if it knows of it")
{
    using Flags = std::vector<std::string>;
    const std::string require = "--no-experimental-require-module";
    const std::string detect = "--no-experimental-detect-module";
    const lambda::Interpreter node{"/node", "22.1.0", {require, detect}};
    CHECK(node_flags("nodejs22.x", node, "") == Flags{require, detect});
    CHECK(node_flags("nodejs20.x", node, "") == Flags{require});
    CHECK(node_flags("nodejs18.x", node, "").empty());
    CHECK(node_flags("nodejs24.x", node, "").empty());
    CHECK(node_flags("nodejs22.x", {"/node", "20.1.0", {detect}}, "") == Flags{detect});
    CHECK(node_flags("nodejs22.x", {"/node", "18.1.0", {}}, "").empty());
    CHECK(node_flags("nodejs22.x", node, "--inspect --experimental-require-module") == Flags{detect});
    CHECK(node_flags("nodejs22.x", node, "--no-experimental-require-module") == Flags{require, detect});

    TemporaryDirectory directory;
    Interpreters interpreters;
    const std::string says = "#!/bin/sh\necho /bin/sh; echo 22.1.0; echo " + require + ' ' + detect + '\n';
    CHECK(interpreters.ask(directory.write("node", says, true), Language::Node)->flags ==
          Flags{require, detect});
}

TEST_CASE("an interpreter of another version than the runtime's is told with the remedy")
{
    CHECK(!version_difference("nodejs20.x", "20.20.2"));
    CHECK(!version_difference("python3.11", "3.11.2"));
    CHECK(!version_difference("nodejs", "20.20.2"));
    CHECK(*version_difference("nodejs18.x", "20.20.2") ==
          "its runtime is nodejs18.x, and it runs in Node.js 20; name another interpreter in "
          "gateway.functions.node if that matters");
    CHECK(version_difference("python3.12", "3.11.2")->find("it runs in Python 3.11;") != std::string::npos);
    CHECK(version_difference("python3.1", "3.11.2").has_value());
}
