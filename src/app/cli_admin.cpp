// SPDX-License-Identifier: Apache-2.0
#include "app/cli_admin.hpp"

#include "app/admin_report.hpp"
#include "app/cli.hpp"
#include "app/cli_invoke.hpp"
#include "app/cli_numbers.hpp"
#include "app/cli_operator.hpp"
#include "core/text.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace postern::app {

namespace {

constexpr std::size_t kPageMax = 1000;
constexpr std::size_t kListMax = 100'000'000;  // more than any gateway has
constexpr std::uint16_t kCloseCodeMin = 1000;
constexpr std::uint16_t kCloseCodeMax = 4999;

/// Who lists, and which.
struct List {
    Operator who;
    std::string api_id;
    std::string stage;
    std::optional<std::size_t> limit;
};

struct One {
    Operator who;
    std::string id;
    std::string data;
    std::optional<std::uint16_t> code;
    std::string reason;

    std::string target() const { return "/connections/" + text::percent_encode(id); }
};

int exit_code_of(const std::optional<std::string>& answer)
{
    return answer ? 0 : kExitFailed;
}

int show(const Operator& who,
         const std::optional<std::string>& answer,
         const std::function<std::string(const std::string&)>& report)
{
    if (answer) std::cout << (who.as_json ? *answer + '\n' : report(*answer));
    return exit_code_of(answer);
}

std::function<std::string(const std::string&)> words(std::string text)
{
    return [text = std::move(text)](const std::string&) { return text + '\n'; };
}

int list(const List& options)
{
    std::vector<std::string> pages;
    std::size_t left = options.limit.value_or(SIZE_MAX);
    std::string next;
    do {
        const std::string target = "/connections?limit=" + std::to_string(std::min(left, kPageMax)) +
                                   "&api=" + text::percent_encode(options.api_id) +
                                   "&stage=" + text::percent_encode(options.stage) +
                                   "&next=" + text::percent_encode(next);
        const auto page = options.who.ask("GET", target);
        if (!page) return kExitFailed;
        next = next_of(*page);
        left -= std::min(left, count_of(*page));
        pages.push_back(*page);
    } while (!next.empty() && left > 0);
    std::cout << (options.who.as_json ? connections_json(pages) + '\n' : connections_report(pages));
    return 0;
}

int post(const One& options)
{
    const std::string data = text_or_input(options.data);
    return show(options.who, options.who.ask("POST", options.target(), data), words("posted"));
}

int remove(const One& options)
{
    std::string query;
    if (options.code) query += "?code=" + std::to_string(*options.code);
    if (!options.reason.empty())
        query += (query.empty() ? "?reason=" : "&reason=") + text::percent_encode(options.reason);
    const auto answer = options.who.ask("DELETE", options.target() + query);
    if (answer && !options.who.as_json) std::cout << "closed\n";
    return exit_code_of(answer);
}

void add_connections(CLI::App& cli, int& exit_code)
{
    CLI::App* group = cli.add_subcommand("connections", "the clients of a running gateway");
    group->require_subcommand(1);
    add_verb<List>(
        *group,
        "list",
        "who is connected",
        exit_code,
        [](CLI::App& verb, List& options) {
            options.who.add_to(verb);
            verb.add_option("--api", options.api_id, "of this API only");
            verb.add_option("--stage", options.stage, "of this stage only");
            verb.add_option("--limit", options.limit, "at most so many")->check(whole_number(1, kListMax));
        },
        list);
    const auto id = [](CLI::App& verb, One& options) {
        options.who.add_to(verb);
        verb.add_option("ID", options.id, "the connection's id; write -- before one that begins with -")
            ->required();
    };
    add_verb<One>(*group, "get", "one connection", exit_code, id, [](const One& options) {
        return show(options.who, options.who.ask("GET", options.target()), connection_report);
    });
    add_verb<One>(
        *group,
        "post",
        "send a message",
        exit_code,
        [id](CLI::App& verb, One& options) {
            id(verb, options);
            verb.add_option("DATA", options.data, "the message; - takes it from the standard input")
                ->required();
        },
        post);
    add_verb<One>(
        *group,
        "delete",
        "close a connection",
        exit_code,
        [id](CLI::App& verb, One& options) {
            id(verb, options);
            verb.add_option("--code", options.code, "the close code: 1000, or 3000 to 4999")
                ->check(whole_number(kCloseCodeMin, kCloseCodeMax));
            verb.add_option("--reason", options.reason, "the reason that the client is told");
        },
        remove);
}

}  // namespace

void add_admin_commands(CLI::App& cli, int& exit_code)
{
    const auto describe = [](CLI::App& verb, Operator& options) { options.add_to(verb); };
    add_verb<Operator>(
        cli, "status", "how a running gateway is", exit_code, describe, [](const Operator& options) {
            return show(options, options.ask("GET", "/status"), status_report);
        });
    add_verb<Operator>(
        cli,
        "reload",
        "let a running gateway read its configuration again",
        exit_code,
        describe,
        [](const Operator& options) {
            return show(options, options.ask("POST", "/reload"), words("the configuration is in force"));
        });
    add_verb<Operator>(cli,
                       "drain",
                       "let a running gateway close its connections and end",
                       exit_code,
                       describe,
                       [](const Operator& options) {
                           return show(options, options.ask("POST", "/drain"), words("draining"));
                       });
    add_connections(cli, exit_code);
    add_invoke_command(cli, exit_code);
}

}  // namespace postern::app
