// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/command.hpp"

#include "function_fixture.hpp"
#include "integrations/lambda/interpreter_version.hpp"

using namespace postern;
using namespace postern::test;
using lambda::CommandPlaces;
using lambda::make_command;

namespace {

/// A machine with one interpreter, and Postern's bootstraps.
struct Machine {
    Machine()
    {
        runtime.write("node/bootstrap.mjs", "");
        runtime.write("python/bootstrap.py", "");
        spec.function.function_name = "f";
    }

    Result<lambda::Command> command() const
    {
        return make_command(spec, {runtime.path(), code.path(), "/no/such:" + bin.path()});
    }
    std::string problem() const
    {
        const auto made = command();
        return made ? "none" : made.error().detail;
    }

    TemporaryDirectory runtime;
    TemporaryDirectory code;
    TemporaryDirectory bin;
    lambda::FunctionSpec spec;
};

using Arguments = std::vector<std::string>;

}  // namespace

TEST_CASE("nodejs runtimes run in the interpreter that is there")
{
    Machine machine;
    machine.spec.function.runtime = "nodejs20.x";
    CHECK(machine.problem() ==
          "function \"f\": its runtime nodejs20.x needs \"node\", which is no executable in PATH; install "
          "Node.js, or name the interpreter in gateway.functions.node");
    const std::string node = machine.bin.write("node", "", true);
    CHECK(machine.command()->arguments == Arguments{node, machine.runtime.path() + "/node/bootstrap.mjs"});
    machine.spec.options.node = machine.bin.write("other", "", true);
    CHECK(machine.command()->arguments.front() == machine.spec.options.node);
    machine.spec.options.node = "missing";
    CHECK(machine.problem().find("needs \"missing\", which is no executable in PATH") != std::string::npos);
    std::filesystem::remove(machine.runtime.path() + "/node/bootstrap.mjs");
    CHECK(machine.problem().find("bootstrap.mjs of Postern's own is missing") != std::string::npos);
}

TEST_CASE("python runtimes take their own version, else any")
{
    Machine machine;
    machine.spec.function.runtime = "python3.12";
    CHECK(machine.problem().find("needs \"python3\", which is no executable in PATH; install Python 3, or") !=
          std::string::npos);
    const std::string any = machine.bin.write("python3", "", true);
    CHECK(machine.command()->arguments ==
          Arguments{any, "-u", machine.runtime.path() + "/python/bootstrap.py"});
    const std::string exact = machine.bin.write("python3.12", "", true);
    CHECK(machine.command()->arguments.front() == exact);
    machine.spec.options.python = any;
    CHECK(machine.command()->arguments.front() == any);
}

TEST_CASE("everything else is an executable of the function's own, or of a layer")
{
    Machine machine;
    TemporaryDirectory layer;
    machine.spec.function.runtime = "provided.al2023";
    machine.spec.function.layers = {layer.path()};
    CHECK(machine.problem().find("needs an executable file \"bootstrap\" in " + machine.code.path()) !=
          std::string::npos);
    const std::string in_layer = layer.write("bootstrap", "", true);
    CHECK(machine.command()->arguments == Arguments{in_layer});
    const std::string own = machine.code.write("bootstrap", "");
    CHECK(machine.problem() == "function \"f\": " + own + " is not executable; run chmod +x " + own);
    std::filesystem::permissions(own, std::filesystem::perms::owner_all);
    CHECK(machine.command()->arguments == Arguments{own});
    machine.spec.function.layers = {"/no/such/layer"};
    CHECK(machine.problem().find("its layer /no/such/layer is no directory") != std::string::npos);
}

TEST_CASE("an interpreter of another version than the runtime's is told with the remedy")
{
    CHECK(!lambda::version_difference("nodejs20.x", "v20.20.2\n"));
    CHECK(!lambda::version_difference("python3.11", "Python 3.11.2\n"));
    CHECK(!lambda::version_difference("nodejs20.x", ""));
    CHECK(*lambda::version_difference("nodejs18.x", "v20.20.2\n") ==
          "its runtime is nodejs18.x, and it runs in Node.js 20; name another interpreter in "
          "gateway.functions.node if that matters");
    CHECK(lambda::version_difference("python3.12", "Python 3.11.2\n")->find("it runs in Python 3.11;") !=
          std::string::npos);
}
