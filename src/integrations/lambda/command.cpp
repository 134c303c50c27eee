// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/command.hpp"

#include "core/text.hpp"
#include "integrations/lambda/environment.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <unistd.h>

namespace postern::integrations::lambda {

namespace {

namespace fs = std::filesystem;

bool is_file(const std::string& path)
{
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

bool is_executable(const std::string& path)
{
    return is_file(path) && ::access(path.c_str(), X_OK) == 0;
}

Error problem(const FunctionSpec& spec, const std::string& what)
{
    return {ErrorKind::BadInput, "function \"" + spec.function.function_name + "\": " + what};
}

/// Finds out whether Postern's user can use a directory of the function's; `missing` says that there is none.
Result<void> check_directory(const FunctionSpec& spec, const std::string& path, const std::string& missing)
{
    std::error_code error;
    if (!fs::is_directory(path, error)) {
        if (!error || error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory)
            return problem(spec, missing);
    } else if (::access(path.c_str(), X_OK) != 0) {
        error.assign(errno, std::generic_category());
    }
    if (!error) return {};
    return problem(spec,
                   "the directory " + path + " cannot be entered: " + std::strerror(error.value()) +
                       "; let the user whom Postern runs as read it (under systemd, ProtectHome hides what "
                       "is below /home)");
}

std::string node_options(const FunctionSpec& spec)
{
    const auto own = spec.gateway_environment.find("NODE_OPTIONS");
    const std::string ours = own == spec.gateway_environment.end() ? "" : own->second;
    return ours + ' ' + user_variable(spec, "NODE_OPTIONS");
}

/// Where a path of the function's world is on this machine: /opt is its layers, of which the last wins, and
/// /var/task its code.
std::string place_of(const std::string& path, const FunctionSpec& spec, const CommandPlaces& places)
{
    constexpr std::string_view kOpt = "/opt/";
    constexpr std::string_view kTask = "/var/task/";
    if (path.starts_with(kTask)) return places.code_directory + '/' + path.substr(kTask.size());
    if (!path.starts_with('/')) return places.code_directory + '/' + path;
    if (!path.starts_with(kOpt)) return path;
    const std::vector<std::string>& layers = spec.function.layers;
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
        std::string place = *layer + '/' + path.substr(kOpt.size());
        if (is_file(place)) return place;
    }
    return path;
}

/// A program of the user's starts the interpreter: its arguments are the command that Lambda would run. As on
/// AWS there is none for runtimes without an interpreter.
Result<Command> wrapped(Command command, const FunctionSpec& spec, const CommandPlaces& places)
{
    const std::string& wrapper = user_variable(spec, "AWS_LAMBDA_EXEC_WRAPPER");
    if (wrapper.empty()) return command;
    const std::string path = place_of(wrapper, spec, places);
    const std::string subject = "its AWS_LAMBDA_EXEC_WRAPPER " + wrapper;
    if (!is_file(path)) {
        const bool is_in_layer = wrapper.starts_with("/opt/");
        return problem(spec,
                       subject + (is_in_layer ? " is in none of its layers, which are /opt here"
                                              : " is missing: there is no file " + path));
    }
    if (!is_executable(path)) return problem(spec, subject + " is not executable; run chmod +x " + path);
    command.arguments.insert(command.arguments.begin(), path);
    return command;
}

Result<Command> interpreted(const FunctionSpec& spec,
                            const CommandPlaces& places,
                            Language language,
                            std::vector<std::string> names,
                            const std::string& bootstrap)
{
    if (!is_file(bootstrap)) {
        return problem(spec, "the file " + bootstrap + " of Postern's own is missing; install Postern again");
    }
    const bool is_node = language == Language::Node;
    const std::string remedy = std::string("install ") + (is_node ? "Node.js" : "Python 3") +
                               ", or name the interpreter in gateway.functions." +
                               (is_node ? "node" : "python");
    std::string broken;
    for (const std::string& name : names) {
        const std::string found = find_executable(name, places.path);
        if (found.empty()) continue;
        const std::optional<Interpreter> interpreter = places.ask(found, language);
        if (!interpreter) {
            broken = found;
            continue;
        }
        std::vector<std::string> arguments{"-u"};
        if (is_node) arguments = node_flags(spec.function.runtime, *interpreter, node_options(spec));
        arguments.insert(arguments.begin(), interpreter->path);
        arguments.push_back(bootstrap);
        return wrapped({language, std::move(arguments), interpreter->version}, spec, places);
    }
    const std::string subject = "its runtime " + spec.function.runtime + " needs ";
    if (broken.empty()) {
        return problem(spec, subject + '"' + names.back() + "\", which is no executable in PATH; " + remedy);
    }
    return problem(spec,
                   subject + "an interpreter, and " + broken + " does not work (see: " + broken +
                       " --version); " + remedy);
}

Result<Command> compiled(const FunctionSpec& spec, const CommandPlaces& places)
{
    std::vector<std::string> places_to_look{places.code_directory};
    places_to_look.insert(places_to_look.end(), spec.function.layers.begin(), spec.function.layers.end());
    const std::vector<std::string> names = executables_of(spec.function.runtime, spec.function.handler);
    std::string wanted;
    for (const std::string& name : names) {
        wanted += (wanted.empty() ? "\"" : " or \"") + name + '"';
        for (const std::string& place : places_to_look) {
            const std::string path = place + '/' + name;
            if (is_executable(path)) return Command{Language::Compiled, {path}, {}};
            if (!is_file(path)) continue;
            std::string what(path);
            return problem(spec, what.append(" is not executable; run chmod +x ").append(path));
        }
    }
    return problem(spec,
                   "its runtime " + spec.function.runtime + " needs an executable file " + wanted + " in " +
                       places.code_directory + " or in a layer; build the function, or correct its codeUri");
}

}  // namespace

std::string find_executable(const std::string& name, std::string_view path)
{
    if (name.empty()) return {};
    if (name.find('/') != std::string::npos) return is_executable(name) ? name : std::string();
    for (const std::string_view directory : text::split(path, ':')) {
        if (directory.empty()) continue;
        std::string candidate = std::string(directory) + '/' + name;
        if (is_executable(candidate)) return candidate;
    }
    return {};
}

Result<Command> make_command(const FunctionSpec& spec, const CommandPlaces& places)
{
    Result<void> usable = check_directory(spec,
                                          places.code_directory,
                                          "its code directory " + places.code_directory +
                                              " does not exist; build the function, or correct its codeUri");
    for (const std::string& layer : spec.function.layers) {
        if (!usable) break;
        usable =
            check_directory(spec,
                            layer,
                            "its layer " + layer +
                                " is no directory; a layer is a directory as it would be unpacked to /opt");
    }
    if (!usable) return usable.error();
    const FunctionOptions& options = spec.options;
    switch (language_of(spec.function.runtime)) {
        case Language::Node:
            return interpreted(spec,
                               places,
                               Language::Node,
                               {options.node},
                               places.runtime_directory + "/node/bootstrap.mjs");
        case Language::Python: {
            std::vector<std::string> names{options.python};
            if (options.python.empty()) names = {spec.function.runtime, "python3"};
            return interpreted(spec,
                               places,
                               Language::Python,
                               std::move(names),
                               places.runtime_directory + "/python/bootstrap.py");
        }
        case Language::Compiled:
            break;
    }
    return compiled(spec, places);
}

}  // namespace postern::integrations::lambda
