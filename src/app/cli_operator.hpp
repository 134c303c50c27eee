// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/admin_client.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// What the verbs that talk to a running gateway have in common.
namespace postern::app {

/// --admin URL, which the environment may say as well.
void add_admin_option(CLI::App& command, std::string& url);

/// What every verb of the operator's understands.
struct Operator {
    std::string url;
    bool as_json = false;

    void add_to(CLI::App& command);

    /// The answer when it is a success; otherwise nothing, and the reason has been printed.
    std::optional<HttpAnswer> call(const AdminCall& call) const;

    /// The same of its body.
    std::optional<std::string> ask(std::string_view method,
                                   const std::string& target,
                                   std::string_view body = {}) const;
};

/// An argument as it is, or for "-" all of the standard input.
std::string text_or_input(const std::string& argument);

/// A verb with options of its own, which live as long as the command line is looked at.
template <class Options>
CLI::App* add_verb(CLI::App& parent,
                   const std::string& name,
                   const std::string& doc,
                   int& exit_code,
                   std::function<void(CLI::App&, Options&)> describe,
                   std::function<int(const Options&)> act)
{
    CLI::App* verb = parent.add_subcommand(name, doc);
    auto options = std::make_shared<Options>();
    describe(*verb, *options);
    verb->callback([options, &exit_code, act = std::move(act)] { exit_code = act(*options); });
    return verb;
}

}  // namespace postern::app
