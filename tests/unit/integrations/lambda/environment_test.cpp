// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/environment.hpp"

#include "catch.hpp"

#include <array>
#include <stdlib.h>

using namespace postern;
using integrations::lambda::FunctionSpec;
using integrations::lambda::InstancePlace;
using integrations::lambda::make_environment;

namespace {

FunctionSpec sample()
{
    FunctionSpec spec;
    spec.function.function_name = "echo";
    spec.function.runtime = "nodejs20.x";
    spec.function.handler = "a/echo.handler";
    spec.function.memory_size = 256;
    spec.region = "eu-west-1";
    return spec;
}

const InstancePlace kPlace{"/code",
                           "/runtime",
                           "127.0.0.1:4711",
                           "2026/11/22/[$LATEST]00",
                           {{"PATH", "/machine"}, {"HOME", "/home/x"}}};

}  // namespace

TEST_CASE("an instance is told what Lambda tells it")
{
    const api::StringMap environment = make_environment(sample(), kPlace);
    const api::StringMap expected{{"_HANDLER", "a/echo.handler"},
                                  {"AWS_DEFAULT_REGION", "eu-west-1"},
                                  {"AWS_EXECUTION_ENV", "AWS_Lambda_nodejs20.x"},
                                  {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"},
                                  {"AWS_LAMBDA_FUNCTION_NAME", "echo"},
                                  {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
                                  {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
                                  {"AWS_LAMBDA_LOG_FORMAT", "Text"},
                                  {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/echo"},
                                  {"AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/22/[$LATEST]00"},
                                  {"AWS_LAMBDA_RUNTIME_API", "127.0.0.1:4711"},
                                  {"AWS_REGION", "eu-west-1"},
                                  {"AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"},
                                  {"HOME", "/home/x"},
                                  {"LAMBDA_RUNTIME_DIR", "/runtime"},
                                  {"LAMBDA_TASK_ROOT", "/code"},
                                  {"LANG", "en_US.UTF-8"},
                                  {"LD_LIBRARY_PATH", "/code:/code/lib"},
                                  {"NODE_PATH", "/code"},
                                  {"PATH", "/machine"},
                                  {"TZ", ":UTC"}};
    CHECK(environment == expected);
    CHECK(integrations::lambda::environment_lines({{"A", "1"}, {"B", "x=y"}}) ==
          std::vector<std::string>{"A=1", "B=x=y"});
}

TEST_CASE("a function's own variables win over those for all, and these over the gateway's")
{
    FunctionSpec spec = sample();
    spec.gateway_environment = {{"ONE", "gateway"}, {"TWO", "gateway"}, {"THREE", "gateway"}};
    spec.options.environment = {{"TWO", "all"}, {"THREE", "all"}, {"AWS_SECRET_ACCESS_KEY", "mine"}};
    spec.function.environment = {{"THREE", "own"}, {"HOME", "/own"}};
    const api::StringMap environment = make_environment(spec, kPlace);
    CHECK(environment.at("ONE") == "gateway");
    CHECK(environment.at("TWO") == "all");
    CHECK(environment.at("THREE") == "own");
    CHECK(environment.at("HOME") == "/own");
    CHECK(environment.at("AWS_SECRET_ACCESS_KEY") == "mine");
}

TEST_CASE("what Lambda reserves cannot be overridden")
{
    FunctionSpec spec = sample();
    spec.function.environment = {{"AWS_REGION", "elsewhere"}, {"_HANDLER", "other"}};
    spec.options.environment = {{"AWS_LAMBDA_RUNTIME_API", "evil:1"}};
    const api::StringMap environment = make_environment(spec, kPlace);
    CHECK(environment.at("AWS_REGION") == "eu-west-1");
    CHECK(environment.at("_HANDLER") == "a/echo.handler");
    CHECK(environment.at("AWS_LAMBDA_RUNTIME_API") == "127.0.0.1:4711");
    CHECK(integrations::lambda::is_reserved_variable("AWS_REGION"));
    CHECK(!integrations::lambda::is_reserved_variable("AWS_ACCESS_KEY_ID"));
}

TEST_CASE("a runtime that the function brings itself has no name in the environment")
{
    FunctionSpec spec = sample();
    for (const char* runtime : {"provided.al2023", "provided.al2", "provided"}) {
        spec.function.runtime = runtime;
        CHECK(make_environment(spec, kPlace).count("AWS_EXECUTION_ENV") == 0);
    }
    spec.options.environment = {{"AWS_EXECUTION_ENV", "AWS_Lambda_mine"}};
    CHECK(make_environment(spec, kPlace).count("AWS_EXECUTION_ENV") == 0);
    spec.function.runtime = "go1.x";
    CHECK(make_environment(spec, kPlace).at("AWS_EXECUTION_ENV") == "AWS_Lambda_go1.x");
}

TEST_CASE("layers are found by libraries, programs, Node.js and Python")
{
    FunctionSpec spec = sample();
    spec.function.layers = {"/l1", "/l2"};
    api::StringMap environment = make_environment(spec, kPlace);
    CHECK(environment.at("PATH") == "/machine:/l1/bin:/l2/bin");
    CHECK(environment.at("LD_LIBRARY_PATH") == "/code:/code/lib:/l1/lib:/l2/lib");
    CHECK(environment.at("NODE_PATH") ==
          "/l1/nodejs/node20/node_modules:/l1/nodejs/node_modules:"
          "/l2/nodejs/node20/node_modules:/l2/nodejs/node_modules:/code");
    spec.function.runtime = "python3.12";
    environment = make_environment(spec, kPlace);
    CHECK(environment.at("PYTHONPATH") ==
          "/l1/python:/l1/python/lib/python3.12/site-packages:"
          "/l2/python:/l2/python/lib/python3.12/site-packages");
}

TEST_CASE("lists of directories are joined: the gateway's, the user's, the layers'")
{
    FunctionSpec spec = sample();
    spec.function.layers = {"/l"};
    spec.gateway_environment = {{"PYTHONPATH", "/gateway"}, {"NODE_OPTIONS", "--require a"}};
    spec.options.environment = {{"NODE_OPTIONS", "--all"}, {"PYTHONPATH", "/all"}};
    spec.function.environment = {{"PATH", "/own"}, {"NODE_OPTIONS", "--own"}};
    const api::StringMap environment = make_environment(spec, kPlace);
    CHECK(environment.at("PATH") == "/own:/l/bin");
    CHECK(environment.at("NODE_OPTIONS") == "--require a --own");
    CHECK(environment.at("PYTHONPATH").find("/gateway:/all:/l/python:") == 0);
}

TEST_CASE("of this process's environment a function sees no secret and no locale")
{
    const std::array<const char*, 3> names{"POSTERN_TEST_SECRET", "LC_ALL", "LC_NUMERIC"};
    for (const char* name : names) ::setenv(name, "C", 1);
    const api::StringMap inherited = integrations::lambda::inherited_environment();
    for (const char* name : names) ::unsetenv(name);
    for (const char* name : names) CHECK(inherited.find(name) == inherited.end());
    CHECK(inherited.find("LANG") == inherited.end());
    CHECK(inherited.find("PATH") != inherited.end());
}
