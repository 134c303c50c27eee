// SPDX-License-Identifier: Apache-2.0
#include "config/sections.hpp"
#include "config/settings.hpp"

namespace postern::config {

namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kHour = 3600 * kSecond;

/// AWS counts a function's timeout in whole seconds.
Property timeout_property()
{
    Property made = Properties<api::Function>::number(
        Kind::Integer,
        "timeout",
        &api::Function::timeout,
        1,
        900,
        "How long an invocation may take, in seconds. A route waits `timeoutInMillis` at most.");
    made.binding.set = [](void* function, const Value& seconds) {
        static_cast<api::Function*>(function)->timeout =
            std::chrono::seconds(std::get<std::int64_t>(seconds));
    };
    made.binding.get = [](const void* function) -> Value {
        const auto timeout = static_cast<const api::Function*>(function)->timeout;
        return std::int64_t{std::chrono::duration_cast<std::chrono::seconds>(timeout).count()};
    };
    return made;
}

}  // namespace

const Section& function_section()
{
    using api::Function;
    using Of = Properties<Function>;
    static const Section table = [] {
        Section made = Of::section(
            "function",
            "A Lambda function. Routes name it as `lambda:NAME`, or by AWS's ARNs.",
            {
                Of::text(
                    "runtime",
                    &Function::runtime,
                    "`nodejs*` and `python3*` run with the interpreter that is there; `provided*`, `go1.x` "
                    "and others run the executable `bootstrap` in the code's directory.")
                    .matching("[a-z][a-z0-9.]{0,63}", "an AWS runtime such as nodejs20.x"),
                Of::text("handler", &Function::handler, "File and function: `wsEcho/echo.handler`.")
                    .matching("\\S{1,256}", "1 to 256 characters without spaces"),
                Of::path("codeUri", &Function::code_uri, "The directory with the code."),
                Of::text("inlineCode",
                         &Function::inline_code,
                         "The code itself, instead of `codeUri`: `index.js` or `index.py`.")
                    .matching(kAnyText, "some code"),
                Of::text("endpoint",
                         &Function::endpoint,
                         "Where the function is, instead of here: the URL of a Lambda Invoke API.")
                    .matching("https?://\\S{1,512}", "an http or https URL"),
                Of::text("remoteName",
                         &Function::remote_name,
                         "With `endpoint`: its name there; the same unless set.")
                    .matching("\\S{1,256}", "1 to 256 characters without spaces"),
                Of::text_map("environment", &Function::environment, "Environment variables.")
                    .with_keys("[A-Za-z_][A-Za-z0-9_]*",
                               "a variable's name: letters, digits and _, no digit first"),
                timeout_property(),
                Of::number(Kind::Integer,
                           "memorySize",
                           &Function::memory_size,
                           128,
                           10'240,
                           "In MB. The function is told so; nothing enforces it."),
                Of::path_list(
                    "layers",
                    &Function::layers,
                    "Directories, each with what a layer has in /opt: `nodejs/node_modules`, `python`."),
                Of::number(
                    Kind::Integer,
                    "reservedConcurrentExecutions",
                    &Function::reserved_concurrent_executions,
                    0,
                    1000,
                    "How many instances there may be at once; `gateway.functions.concurrency` unless set. "
                    "0: nobody may invoke it."),
                Of::text("description", &Function::description, "For people.").documentation(),
            });
        made.exactly_one_of = {"codeUri", "inlineCode", "endpoint"};
        return made;
    }();
    return table;
}

const Section& functions_section()
{
    using integrations::lambda::FunctionOptions;
    using Of = Properties<FunctionOptions>;
    static const Section table = Of::section(
        "functionsSettings",
        "How Lambda functions are run.",
        {
            Of::number(
                Kind::Integer,
                "concurrency",
                &FunctionOptions::concurrency,
                1,
                1000,
                "Instances of one function at once, for those without `reservedConcurrentExecutions`. An "
                "instance is a process and does one invocation at a time."),
            Of::number(Kind::Integer,
                       "queue",
                       &FunctionOptions::queue,
                       0,
                       100'000,
                       "Invocations of one function that may wait for an instance. Beyond, it is throttled."),
            Of::number(Kind::Duration,
                       "idleTime",
                       &FunctionOptions::idle_time,
                       kSecond,
                       24 * kHour,
                       "An instance that nobody has needed for so long is ended."),
            Of::number(
                Kind::Duration,
                "initTimeout",
                &FunctionOptions::init_timeout,
                kSecond,
                900 * kSecond,
                "How long a new instance may take until it asks for its first invocation. One that takes "
                "longer is started once more, in the timeout of that invocation."),
            Of::boolean(
                "freeze",
                &FunctionOptions::freeze,
                "Instances stand still between invocations, as on AWS. It finds handlers that forget to "
                "await: what they left running goes on with the next invocation only."),
            Of::text_map("environment",
                         &FunctionOptions::environment,
                         "Environment variables of all functions, such as `AWS_ENDPOINT_URL_DYNAMODB`; a "
                         "function's own win.")
                .with_keys("[A-Za-z_][A-Za-z0-9_]*",
                           "a variable's name: letters, digits and _, no digit first"),
            Of::text(
                "node", &FunctionOptions::node, "The interpreter of `nodejs*`: a name in PATH, or a path.")
                .matching("\\S[\\s\\S]*", "a program"),
            Of::text(
                "python",
                &FunctionOptions::python,
                "The interpreter of `python3*`. Unless set: the one of the runtime's version if it is in "
                "PATH, else `python3`."),
        });
    return table;
}

}  // namespace postern::config
