// SPDX-License-Identifier: Apache-2.0
#include "app/cli_operator.hpp"

#include "app/admin_report.hpp"
#include "app/environment_key.hpp"

#include <iostream>
#include <iterator>

namespace postern::app {

namespace {

constexpr int kForbidden = 403;
constexpr const char* kNobodyThere =
    "Is a gateway running? When it starts it says where its admin listener is; say so with --admin URL or "
    "in\n"
    "POSTERN_ADMIN.\n";
constexpr const char* kUnsigned =
    "The request was not signed: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY name one of "
    "gateway.accessKeys.\n";

std::string region()
{
    for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
        std::string found = environment_variable(name);
        if (!found.empty()) return found;
    }
    return api::sigv4::SigningScope().region;
}

}  // namespace

void add_admin_option(CLI::App& command, std::string& url)
{
    url = "http://127.0.0.1:8081";
    command.add_option("--admin", url, "the gateway's admin listener")
        ->type_name("URL")
        ->envname("POSTERN_ADMIN")
        ->capture_default_str();
}

void Operator::add_to(CLI::App& command)
{
    add_admin_option(command, url);
    command.add_flag("--json", as_json, "print the answer as JSON");
}

std::optional<HttpAnswer> Operator::call(const AdminCall& call) const
{
    const Result<HttpUrl> parsed = parse_plain_url(url);
    if (!parsed) throw CLI::ValidationError("--admin", parsed.error().detail);
    const Result<HttpAnswer> answer = AdminClient(*parsed, environment_key(), region()).call(call);
    if (!answer) {
        std::cerr << "postern: " << answer.error().detail << '\n' << kNobodyThere;
    } else if (answer->status >= 300) {
        std::cerr << "postern: " << error_report(answer->body) << " (status " << answer->status << ")\n";
        if (answer->status == kForbidden && !environment_key()) std::cerr << kUnsigned;
    } else {
        return *answer;
    }
    return std::nullopt;
}

std::optional<std::string> Operator::ask(std::string_view method,
                                         const std::string& target,
                                         std::string_view body) const
{
    auto answer = call({method, target, body});
    return answer ? std::optional(std::move(answer->body)) : std::nullopt;
}

std::string text_or_input(const std::string& argument)
{
    return argument == "-" ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : argument;
}

}  // namespace postern::app
