// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/command.hpp"

#include "function_fixture.hpp"
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
        return make_command(spec, {runtime.path(), code.path(), "/no/such:" + bin.path(), ask});
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
    std::function<std::optional<lambda::Interpreter>(const std::string&, lambda::Language)> ask =
        [](const std::string& path, lambda::Language) {
            return lambda::Interpreter{path, "1.0"};
        };
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

TEST_CASE("nodejs runtimes are started with what Lambda turns off, unless NODE_OPTIONS turns it on")
{
    Machine machine;
    machine.spec.function.runtime = "nodejs20.x";
    const std::string node = machine.bin.write("node", "", true);
    const std::string bootstrap = machine.runtime.path() + "/node/bootstrap.mjs";
    const std::string flag = "--no-experimental-require-module";
    machine.ask = [&flag](const std::string& path, lambda::Language) {
        return lambda::Interpreter{path, "20.20.2", {flag}};
    };
    CHECK(machine.command()->arguments == Arguments{node, flag, bootstrap});
    machine.spec.function.environment = {{"NODE_OPTIONS", "--experimental-require-module"}};
    CHECK(machine.command()->arguments == Arguments{node, bootstrap});
    machine.spec.function.environment.clear();
    machine.spec.options.environment = {{"NODE_OPTIONS", "--experimental-require-module"}};
    CHECK(machine.command()->arguments == Arguments{node, bootstrap});
    machine.spec.options.environment.clear();
    machine.spec.gateway_environment = {{"NODE_OPTIONS", "--experimental-require-module"}};
    CHECK(machine.command()->arguments == Arguments{node, bootstrap});
}

TEST_CASE("AWS_LAMBDA_EXEC_WRAPPER starts the interpreter, from a layer or from the code")
{
    Machine machine;
    TemporaryDirectory below;
    TemporaryDirectory above;
    machine.spec.function.runtime = "python3.12";
    machine.spec.function.layers = {below.path(), above.path()};
    machine.spec.function.environment = {{"AWS_LAMBDA_EXEC_WRAPPER", "/opt/bin/wrap"}};
    const std::string python = machine.bin.write("python3", "", true);
    const Arguments command{python, "-u", machine.runtime.path() + "/python/bootstrap.py"};
    const auto wrapped_by = [&command](const std::string& path) {
        Arguments arguments = command;
        arguments.insert(arguments.begin(), path);
        return arguments;
    };
    CHECK(machine.problem() ==
          "function \"f\": its AWS_LAMBDA_EXEC_WRAPPER /opt/bin/wrap is in none of its layers, which are "
          "/opt here");
    const std::string lower = below.write("bin/wrap", "", true);
    CHECK(machine.command()->arguments == wrapped_by(lower));
    const std::string upper = above.write("bin/wrap", "");
    CHECK(machine.problem() ==
          "function \"f\": its AWS_LAMBDA_EXEC_WRAPPER /opt/bin/wrap is not "
          "executable; run chmod +x " +
              upper);
    std::filesystem::permissions(upper, std::filesystem::perms::owner_all);
    CHECK(machine.command()->arguments == wrapped_by(upper));

    const std::string own = machine.code.path() + "/wrap";
    for (const char* name : {"/var/task/wrap", "wrap", "./wrap"}) {
        machine.spec.function.environment["AWS_LAMBDA_EXEC_WRAPPER"] = name;
        std::filesystem::remove(own);
        CHECK(machine.problem().find(std::string("WRAPPER ") + name + " is missing: there is no file " +
                                     machine.code.path()) != std::string::npos);
        machine.code.write("wrap", "", true);
        CHECK(std::filesystem::equivalent(machine.command()->arguments.front(), own));
    }
    machine.spec.function.environment["AWS_LAMBDA_EXEC_WRAPPER"] = upper;
    CHECK(machine.command()->arguments == wrapped_by(upper));

    machine.spec.function.runtime = "provided.al2023";
    const std::string bootstrap = machine.code.write("bootstrap", "", true);
    CHECK(machine.command()->arguments == Arguments{bootstrap});
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

TEST_CASE("go1.x runs the executable that its handler names, or else bootstrap")
{
    Machine machine;
    machine.spec.function.runtime = "go1.x";
    machine.spec.function.handler = "bin/hello";
    CHECK(machine.problem().find("needs an executable file \"bin/hello\" or \"bootstrap\" in ") !=
          std::string::npos);
    const std::string bootstrap = machine.code.write("bootstrap", "", true);
    CHECK(machine.command()->arguments == Arguments{bootstrap});
    const std::string named = machine.code.write("bin/hello", "", true);
    CHECK(machine.command()->arguments == Arguments{named});
}

TEST_CASE("an interpreter that does not work is passed over, and told of when there is no other")
{
    Machine machine;
    machine.spec.function.runtime = "python3.12";
    const std::string any = machine.bin.write("python3", "", true);
    const std::string broken = machine.bin.write("python3.12", "", true);
    machine.ask = [&](const std::string& path, lambda::Language) -> std::optional<lambda::Interpreter> {
        if (path == broken) return std::nullopt;
        return lambda::Interpreter{"/real/python", "3.11.2"};
    };
    CHECK(machine.command()->arguments.front() == "/real/python");
    CHECK(machine.command()->interpreter_version == "3.11.2");
    std::filesystem::remove(any);
    CHECK(machine.problem() == "function \"f\": its runtime python3.12 needs an interpreter, and " + broken +
                                   " does not work (see: " + broken +
                                   " --version); install Python 3, or name the interpreter in "
                                   "gateway.functions.python");
}

TEST_CASE("a code directory that is there and cannot be used is told from one that is missing")
{
    Machine machine;
    machine.spec.function.runtime = "nodejs20.x";
    machine.bin.write("node", "", true);
    const std::string loop = machine.code.path() + "/loop";  // also for root, who may read everything
    std::filesystem::create_symlink(loop, loop);
    const auto problem_of = [&machine](const std::string& directory) {
        const auto made =
            make_command(machine.spec, {machine.runtime.path(), directory, machine.bin.path(), machine.ask});
        return made ? "none" : made.error().detail;
    };
    CHECK(problem_of(loop) ==
          "function \"f\": the directory " + loop +
              " cannot be entered: Too many levels of symbolic links; let the user whom Postern runs as read "
              "it (under systemd, ProtectHome hides what is below /home)");
    CHECK(problem_of(machine.code.path() + "/none").find("does not exist; build the function") !=
          std::string::npos);
    CHECK(problem_of(machine.code.write("file", "")).find("does not exist; build") != std::string::npos);
    machine.spec.function.layers = {loop};
    CHECK(machine.problem().find("the directory " + loop + " cannot be entered") != std::string::npos);
}
