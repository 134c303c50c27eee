// SPDX-License-Identifier: Apache-2.0
#include "app/cli_invoke.hpp"

#include "app/cli.hpp"
#include "app/cli_operator.hpp"
#include "core/base64.hpp"
#include "core/text.hpp"

#include <chrono>
#include <iostream>
#include <string>

namespace postern::app {

namespace {

/// As long as the gateway itself waits for a function.
constexpr std::chrono::hours kPatience{1};

struct Invoke {
    Operator who;
    std::string name;
    std::string payload;
    bool is_event = false;
    bool wants_log = false;
};

int invoke(const Invoke& options)
{
    const std::string payload = text_or_input(options.payload);
    AdminCall call{"POST",
                   "/2015-03-31/functions/" + text::percent_encode(options.name) + "/invocations",
                   payload,
                   {{"Content-Type", "application/json"}},
                   "lambda",
                   kPatience};
    if (options.is_event) call.headers.push_back({"X-Amz-Invocation-Type", "Event"});
    if (options.wants_log) call.headers.push_back({"X-Amz-Log-Type", "Tail"});
    const auto answer = options.who.call(call);
    if (!answer) return kExitFailed;
    std::cerr << base64::decode(answer->header("X-Amz-Log-Result")).value_or("");
    if (!options.is_event) std::cout << answer->body << '\n';
    if (answer->header("X-Amz-Function-Error").empty()) return 0;
    std::cerr << "postern: the function failed\n";
    return kExitFailed;
}

}  // namespace

void add_invoke_command(CLI::App& cli, int& exit_code)
{
    add_verb<Invoke>(
        cli,
        "invoke",
        "invoke a function of a running gateway, and print what it returns",
        exit_code,
        [](CLI::App& verb, Invoke& options) {
            add_admin_option(verb, options.who.url);
            verb.add_option("NAME", options.name, "the function: its name, or an ARN")->required();
            verb.add_option("PAYLOAD",
                            options.payload,
                            "the event, as JSON; - takes it from the standard input; {} unless given");
            verb.add_flag("--event", options.is_event, "do not wait for the result");
            verb.add_flag("--log", options.wants_log, "print the end of its log on stderr");
        },
        invoke);
}

}  // namespace postern::app
