// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/interpreter.hpp"

#include "core/text.hpp"
#include "integrations/lambda/environment.hpp"
#include "integrations/lambda/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <unistd.h>
#include <vector>

namespace postern::integrations::lambda {

namespace {

constexpr int kPatienceMs = 10'000;

/// What Lambda turns off in which runtimes: --no-NAME does it.
struct TurnedOff {
    std::string_view name;
    std::array<std::string_view, 2> runtimes;
};
constexpr std::array<TurnedOff, 2> kTurnedOff{{{"experimental-require-module", {"nodejs20.x", "nodejs22.x"}},
                                               {"experimental-detect-module", {"nodejs22.x"}}}};

std::vector<std::string> question(const std::string& path, Language language)
{
    if (language == Language::Node) {
        std::string flags;
        for (const TurnedOff& each : kTurnedOff) flags.append("'--no-").append(each.name).append("',");
        return {
            path,
            "-p",
            "[process.execPath, process.versions.node, [" + flags +
                "].filter((flag) => process.allowedNodeEnvironmentFlags.has(flag)).join(' ')].join('\\n')"};
    }
    return {path, "-c", "import platform, sys; print(sys.executable); print(platform.python_version())"};
}

/// What a process prints, when it ends well and in time.
std::string output_of(const std::vector<std::string>& arguments)
{
    Result<Process> process =
        Process::start({arguments, environment_lines(inherited_environment()), "/", {}}, -1);
    if (!process) return {};
    const net::UniqueFd exit = process->take_exit_fd();
    const net::UniqueFd output = process->take_output();
    pollfd wait{exit.get(), POLLIN, 0};
    while (::poll(&wait, 1, kPatienceMs) < 0 && errno == EINTR) {
    }
    process->signal_group(SIGKILL);
    const ExitStatus status = process->reap();
    std::array<char, 4096> said{};
    const ssize_t got = ::read(output.get(), said.data(), said.size());
    if (status.is_signal || status.code != 0 || got <= 0) return {};
    return {said.data(), static_cast<std::size_t>(got)};
}

/// The first `parts` numbers of a version: "20" of "20.20.2".
std::string_view version_prefix(std::string_view version, int parts)
{
    for (std::size_t at = 0; at < version.size(); ++at) {
        const bool is_digit = version[at] >= '0' && version[at] <= '9';
        if (!is_digit && (version[at] != '.' || --parts == 0)) return version.substr(0, at);
    }
    return version;
}

template <class Texts>
bool is_one_of(std::string_view text, const Texts& texts)
{
    return std::find(texts.begin(), texts.end(), text) != texts.end();
}

}  // namespace

Language language_of(std::string_view runtime)
{
    if (runtime.starts_with("nodejs")) return Language::Node;
    if (runtime.starts_with("python3")) return Language::Python;
    return Language::Compiled;
}

std::vector<std::string> executables_of(std::string_view runtime, const std::string& handler)
{
    if (runtime != "go1.x" || handler.empty()) return {"bootstrap"};
    return {handler, "bootstrap"};
}

std::optional<Interpreter> Interpreters::ask(const std::string& path, Language language)
{
    const auto known = known_.find(path);
    if (known != known_.end()) return known->second;
    const std::string said = output_of(question(path, language));
    const std::vector<std::string_view> lines = text::split(said, '\n');
    // Before it, version managers and interpreters may warn of something.
    const auto found =
        std::find_if(lines.begin(), lines.end(), [](auto line) { return line.starts_with('/'); });
    if (lines.end() - found < 2 || found[1].empty()) return std::nullopt;
    Interpreter interpreter{std::string(found[0]), std::string(found[1])};
    if (language == Language::Node && lines.end() - found > 2) {
        for (const std::string_view flag : text::split(found[2], ' ')) interpreter.flags.emplace_back(flag);
    }
    return known_.emplace(path, std::move(interpreter)).first->second;
}

std::vector<std::string> node_flags(std::string_view runtime,
                                    const Interpreter& interpreter,
                                    std::string_view node_options)
{
    std::vector<std::string> out;
    for (const TurnedOff& each : kTurnedOff) {
        const std::string off = "--no-" + std::string(each.name);
        const std::string on = "--" + std::string(each.name);
        if (!is_one_of(runtime, each.runtimes) || !is_one_of(off, interpreter.flags)) continue;
        if (node_options.find(on) == std::string_view::npos) out.push_back(off);
    }
    return out;
}

std::optional<std::string> version_difference(std::string_view runtime, std::string_view version)
{
    const bool is_node = language_of(runtime) == Language::Node;
    const int parts = is_node ? 1 : 2;
    const std::size_t digits = runtime.find_first_of("0123456789");
    if (digits == std::string_view::npos) return std::nullopt;
    const std::string_view found = version_prefix(version, parts);
    if (version_prefix(runtime.substr(digits), parts) == found) return std::nullopt;
    return "its runtime is " + std::string(runtime) + ", and it runs in " +
           (is_node ? "Node.js " : "Python ") + std::string(found) +
           "; name another interpreter in gateway.functions." + (is_node ? "node" : "python") +
           " if that matters";
}

}  // namespace postern::integrations::lambda
