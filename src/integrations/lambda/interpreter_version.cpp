// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/interpreter_version.hpp"

#include "core/log.hpp"
#include "integrations/lambda/environment.hpp"
#include "integrations/lambda/instance_output.hpp"
#include "integrations/lambda/lazy_timer.hpp"
#include "integrations/lambda/process.hpp"

#include <array>
#include <csignal>
#include <functional>
#include <utility>

namespace postern::integrations::lambda {

namespace {

/// The number at the front of `text`, up to `parts` parts of it: "20.20.2" with 1 -> "20".
std::string_view version_prefix(std::string_view text, int parts)
{
    std::size_t end = 0;
    for (; end < text.size(); ++end) {
        const bool is_digit = text[end] >= '0' && text[end] <= '9';
        if (text[end] == '.' && --parts == 0) break;
        if (!is_digit && text[end] != '.') break;
    }
    return text.substr(0, end);
}

std::string_view from_first_digit(std::string_view text)
{
    const std::size_t at = text.find_first_of("0123456789");
    return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

void warn(const std::string& function, std::string_view runtime, std::string_view said)
{
    const auto difference = version_difference(runtime, said);
    if (difference) log::warn("function.other_version", {{"function", function}, {"why", *difference}});
}

}  // namespace

std::optional<std::string> version_difference(std::string_view runtime, std::string_view said)
{
    const int parts = language_of(runtime) == Language::Node ? 1 : 2;  // Node.js 20, Python 3.12
    const std::string_view wanted = version_prefix(from_first_digit(runtime), parts);
    const std::string_view found = version_prefix(from_first_digit(said), parts);
    if (wanted.empty() || found.empty() || wanted == found) return std::nullopt;
    const bool is_node = language_of(runtime) == Language::Node;
    return std::string("its runtime is ") + std::string(runtime) + ", and it runs in " +
           (is_node ? "Node.js " : "Python ") + std::string(found) +
           "; name another interpreter in gateway.functions." + (is_node ? "node" : "python") +
           " if that matters";
}

/// One interpreter that is being asked.
class InterpreterVersions::Question : public std::enable_shared_from_this<Question> {
public:
    Question(boost::asio::io_context& io, Process process)
        : process_(std::move(process)),
          exit_(io.get_executor(), process_->take_exit_fd().release()),
          output_(process_->take_output()),
          patience_(io, [this] { process_->signal_group(SIGKILL); })
    {
        patience_.set(LazyTimer::Clock::now() + kPatience);
    }

    void wait(std::function<void(std::string)> on_answer)
    {
        exit_.async_wait(WatchedFd::wait_read,
                         [this, self = shared_from_this(), on_answer](boost::system::error_code error) {
                             if (error || !process_) return;
                             std::array<char, 256> said{};
                             const ssize_t got = ::read(output_.get(), said.data(), said.size());
                             end();
                             on_answer({said.data(), got > 0 ? static_cast<std::size_t>(got) : 0});
                         });
    }

    void end()
    {
        if (!process_) return;
        patience_.clear();
        process_->signal_group(SIGKILL);
        process_->reap();
        process_.reset();
        boost::system::error_code ignored;
        exit_.close(ignored);
    }

private:
    static constexpr std::chrono::seconds kPatience{10};

    std::optional<Process> process_;
    WatchedFd exit_;
    net::UniqueFd output_;
    LazyTimer patience_;
};

void InterpreterVersions::check(const FunctionSpec& spec, const Command& command)
{
    if (command.language == Language::Compiled) return;
    const api::Function& function = spec.function;
    const std::string& path = command.arguments.front();
    Interpreter& interpreter = interpreters_[path];
    if (interpreter.version) return warn(function.function_name, function.runtime, *interpreter.version);
    interpreter.waiting.push_back({function.function_name, function.runtime});
    if (interpreter.question != nullptr) return;
    Result<Process> process =
        Process::start({{path, "--version"}, environment_lines(inherited_environment()), "/"}, -1);
    if (!process) return on_answer(path, {});  // the function's own start will tell
    interpreter.question = std::make_shared<Question>(io_, std::move(*process));
    interpreter.question->wait([this, path](std::string said) { on_answer(path, std::move(said)); });
}

void InterpreterVersions::on_answer(const std::string& path, std::string said)
{
    Interpreter& interpreter = interpreters_[path];
    interpreter.question.reset();
    interpreter.version = std::move(said);
    for (const Asked& asked : interpreter.waiting) warn(asked.function, asked.runtime, *interpreter.version);
    interpreter.waiting.clear();
}

void InterpreterVersions::stop()
{
    for (auto& [path, interpreter] : interpreters_) {
        if (interpreter.question != nullptr) interpreter.question->end();
    }
}

}  // namespace postern::integrations::lambda
