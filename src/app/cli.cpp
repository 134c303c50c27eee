// SPDX-License-Identifier: Apache-2.0
#include "app/cli.hpp"

#include "api/selection_expression.hpp"
#include "app/builtin_handlers.hpp"
#include "app/cli_admin.hpp"
#include "app/cli_numbers.hpp"
#include "app/cli_operator.hpp"
#include "app/function_specs.hpp"
#include "app/health_check.hpp"
#include "app/lifecycle.hpp"
#include "config/handler_files.hpp"
#include "config/load.hpp"
#include "config/show.hpp"

#include <postern/version.hpp>

#include <CLI/CLI.hpp>

#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace postern::app {

namespace {

/// What every verb that reads a configuration understands.
struct FileOptions {
    std::string file;
    std::vector<std::string> sets;
    std::vector<std::string> parameter_overrides;
    std::vector<std::string> opts;
    std::string stage;
    std::string region;

    void add_to(CLI::App& command)
    {
        command.add_option("FILE",
                           file,
                           "configuration file (YAML or JSON), SAM, CloudFormation or CDK template, or "
                           "serverless.yml; without one: the built-in echo API");
        command.add_option("--set", sets, "override one setting: --set gateway.limits.idleTimeout=5m")
            ->type_name("PATH=VALUE")
            ->take_all();
        command
            .add_option("--parameter-overrides",
                        parameter_overrides,
                        "values for a template's parameters: --parameter-overrides Stage=dev Table=chats")
            ->type_name("NAME=VALUE")
            ->take_all();
        command.add_option("--opt", opts, "of a serverless.yml: what ${opt:NAME} stands for")
            ->type_name("NAME=VALUE")
            ->take_all();
        command.add_option("--stage", stage, "of a serverless.yml: the same as --opt stage=...");
        command.add_option("--region", region, "of a serverless.yml: the same as --opt region=...");
    }
};

/// NAME=VALUE, as a flag has it.
std::pair<std::string, std::string> assignment(const std::string& flag,
                                               const std::string& names,
                                               const std::string& given)
{
    const std::size_t equals = given.find('=');
    if (equals == std::string::npos) throw CLI::ValidationError(flag, names + " expected, got " + given);
    return {given.substr(0, equals), given.substr(equals + 1)};
}

std::map<std::string, std::string> environment()
{
    std::map<std::string, std::string> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view line = *entry;
        const std::size_t equals = line.find('=');
        if (equals != std::string_view::npos)
            variables.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    return variables;
}

std::optional<std::string> check_expression(std::string_view expression)
{
    const auto parsed = api::SelectionExpression::parse(expression);
    if (parsed) return std::nullopt;
    return parsed.error().detail;
}

/// Whether the environment has a say in the settings.
enum class Surroundings { Heard, Ignored };

config::Loaded load(const FileOptions& options,
                    Surroundings surroundings = Surroundings::Heard,
                    std::optional<std::uint16_t> only_port = std::nullopt)
{
    config::LoadOptions load_options;
    load_options.serverless.environment = environment();
    for (const std::string& opt : options.opts) {
        auto [name, value] = assignment("--opt", "NAME=VALUE", opt);
        load_options.serverless.opt[name] = std::move(value);
    }
    if (!options.stage.empty()) load_options.serverless.opt["stage"] = options.stage;
    if (!options.region.empty()) load_options.serverless.opt["region"] = options.region;
    if (surroundings == Surroundings::Heard) {
        load_options.overrides = config::environment_overrides(load_options.serverless.environment);
    }
    for (const std::string& set : options.sets) {
        auto [path, value] = assignment("--set", "PATH=VALUE", set);
        load_options.overrides.values.push_back({path, std::move(value), "flag --set " + path});
    }
    for (const std::string& given : options.parameter_overrides) {
        // The option takes all words behind it, so the file's name has to come first.
        if (given.find('=') == std::string::npos)
            throw CLI::ValidationError("--parameter-overrides", "NAME=VALUE expected, got " + given);
    }
    load_options.template_options.parameter_overrides = options.parameter_overrides;
    load_options.builtin_handlers = builtin_handler_names();
    load_options.check_expression = check_expression;
    load_options.only_port = only_port;
    return options.file.empty() ? config::load_builtin(load_options)
                                : config::load_file(options.file, load_options);
}

/// True when the settings can be used; otherwise every mistake has been printed.
bool is_usable(const config::Loaded& loaded)
{
    for (const config::Diagnostic& problem : loaded.problems) std::cerr << config::to_string(problem) << '\n';
    return loaded.problems.empty();
}

/// What a start would miss; true when nothing is.
bool has_its_files(const config::Settings& settings)
{
    bool is_good = true;
    const auto miss = [&](const std::string& path, std::string_view what, const std::string& file) {
        std::cerr << path << ": there is no " << what << ' ' << file << '\n';
        is_good = false;
    };
    for (const auto& [name, plugin] : settings.plugins) {
        if (plugin.library.empty() || std::filesystem::exists(plugin.library)) continue;
        miss("plugins." + name + ".library", "file", plugin.library);
    }
    for (const auto& [name, function] : settings.model.functions) {
        if (function.code_uri.empty()) continue;
        if (!std::filesystem::is_directory(function.code_uri)) {
            miss("functions." + name + ".codeUri", "directory", function.code_uri);
            continue;
        }
        // A layer may bring the file; and who may be invoked by name only is told when that happens.
        if (!function.layers.empty() || !is_called(settings.model, name)) continue;
        const config::HandlerFiles files = config::files_of_handler(function.runtime, function.handler);
        if (files.names.empty() || config::is_one_there(function.code_uri, files)) continue;
        miss("functions." + name + ".handler", config::listed(files.names) + " in", function.code_uri);
    }
    return is_good;
}

int check(const FileOptions& options)
{
    const config::Loaded loaded = load(options);
    for (const config::Note& note : loaded.notes) std::cout << config::to_string(note) << '\n';
    if (!is_usable(loaded)) return kExitBadConfiguration;
    if (!has_its_files(loaded.settings)) return kExitBadConfiguration;
    std::cout << (options.file.empty() ? "built-in configuration" : options.file) << ": ok\n";
    return 0;
}

int routes(const FileOptions& options)
{
    const config::Loaded loaded = load(options);
    if (!is_usable(loaded)) return kExitBadConfiguration;
    std::cout << config::routes_table(loaded.settings);
    return 0;
}

int print(const FileOptions& options)
{
    const config::Loaded loaded = load(options);
    if (!is_usable(loaded)) return kExitBadConfiguration;
    std::cout << config::print_effective(loaded);
    return 0;
}

/// The file alone: what the environment sets is this machine's, and is heard again when the output is run.
int convert(const FileOptions& options)
{
    const config::Loaded loaded = load(options, Surroundings::Ignored);
    if (!is_usable(loaded)) return kExitBadConfiguration;
    std::cout << config::native_text(loaded, options.file.empty() ? "the built-in echo API" : options.file);
    return 0;
}

std::string version_text()
{
    return std::string("postern ") + POSTERN_VERSION + " (plugin interface " +
           std::to_string(POSTERN_ABI_MAJOR) + '.' + std::to_string(POSTERN_ABI_MINOR) + ')';
}

int run(const FileOptions& options, const std::optional<std::uint16_t>& port, bool watches_files)
{
    const auto read = [&] {
        config::Loaded loaded = load(options, Surroundings::Heard, port);
        // Whoever takes any port has other gateways beside this one: the usual port is not for him.
        if (port == 0 && !loaded.settings.admin.port) loaded.settings.admin.port = 0;
        return loaded;
    };
    const config::Loaded loaded = read();
    if (!is_usable(loaded)) return kExitBadConfiguration;
    return run_gateway(loaded.settings, {read, options.file, loaded.files, watches_files});
}

}  // namespace

int run_command(int argc, char** argv)
{
    CLI::App cli{"Postern: a self-hosted WebSocket gateway that behaves as API Gateway's WebSocket APIs do",
                 "postern"};
    cli.require_subcommand(1);
    int exit_code = 0;

    FileOptions file;
    std::optional<std::uint16_t> port;
    CLI::App* run_verb = cli.add_subcommand("run", "start the gateway");
    file.add_to(*run_verb);
    run_verb
        ->add_option(
            "--port",
            port,
            "listen on this port only (0: any free one); TLS is optional with functions that run here, "
            "and not spoken otherwise")
        ->check(whole_number(0, UINT16_MAX));
    bool watches_files = false;
    run_verb->add_flag(
        "--watch", watches_files, "reload when the file, a plugin or a function's code changes");
    run_verb->callback([&] { exit_code = run(file, port, watches_files); });

    CLI::App* check_verb = cli.add_subcommand("check", "report every mistake of a configuration");
    file.add_to(*check_verb);
    check_verb->callback([&] { exit_code = check(file); });

    CLI::App* routes_verb = cli.add_subcommand("routes", "print the route table");
    file.add_to(*routes_verb);
    routes_verb->callback([&] { exit_code = routes(file); });

    CLI::App* convert_verb =
        cli.add_subcommand("convert", "write a serverless.yml, or any configuration, as a native file");
    file.add_to(*convert_verb);
    convert_verb->callback([&] { exit_code = convert(file); });

    CLI::App* config_verb = cli.add_subcommand("config", "about the configuration")->require_subcommand(1);
    config_verb->add_subcommand("schema", "print the JSON schema of the configuration file")->callback([] {
        std::cout << config::schema_json();
    });
    CLI::App* print_verb =
        config_verb->add_subcommand("print", "print the effective values and where each came from");
    file.add_to(*print_verb);
    print_verb->callback([&] { exit_code = print(file); });

    std::string health_url;
    std::string admin_url;
    CLI::App* health_verb =
        cli.add_subcommand("health", "ask a running gateway whether it answers; for health checks");
    health_verb->add_option("URL",
                            health_url,
                            "what to ask instead of the admin listener's /healthz or, when there is none, " +
                                std::string(kUsualPing));
    add_admin_option(*health_verb, admin_url);
    health_verb->callback(
        [&] { exit_code = health_url.empty() ? check_usual_health(admin_url) : check_health(health_url); });

    add_admin_commands(cli, exit_code);

    cli.add_subcommand("version", "print the version")->callback([] { std::cout << version_text() << '\n'; });
    cli.set_version_flag("--version", &version_text, "print the version");

    try {
        cli.parse(argc, argv);
    } catch (const CLI::RequiredError& error) {
        // CLI11 says what is missing, but not what it thinks of the words that are there.
        for (const std::string& word : cli.remaining(true)) {
            std::cerr << "postern: there is no " << (word.starts_with('-') ? "option" : "command") << " \""
                      << word << "\" here\n";
        }
        static_cast<void>(cli.exit(error));
        return kExitUsage;
    } catch (const CLI::ParseError& error) {
        return cli.exit(error) == 0 ? 0 : kExitUsage;
    }
    return exit_code;
}

}  // namespace postern::app
