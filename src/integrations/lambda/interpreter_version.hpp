// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "integrations/lambda/command.hpp"

#include <boost/asio/io_context.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::integrations::lambda {

/// What differs between the version that a runtime names and the one that an interpreter says it is, as a
/// sentence with the remedy: "nodejs18.x" and "v20.20.2", "python3.12" and "Python 3.11.2". Nothing when they
/// agree, or when one of them says nothing.
std::optional<std::string> version_difference(std::string_view runtime, std::string_view said);

/// Asks interpreters for their version, each once, and warns of each function that names another. Lives on
/// the functions' thread; nobody waits for it.
class InterpreterVersions {
public:
    explicit InterpreterVersions(boost::asio::io_context& io) : io_(io) {}

    void check(const FunctionSpec& spec, const Command& command);
    /// Kills what is being asked.
    void stop();

private:
    class Question;
    struct Asked {
        std::string function;
        std::string runtime;
    };
    struct Interpreter {
        std::optional<std::string> version;  ///< none: it has not answered yet
        std::vector<Asked> waiting;
        std::shared_ptr<Question> question;
    };

    void on_answer(const std::string& path, std::string said);

    boost::asio::io_context& io_;
    std::map<std::string, Interpreter> interpreters_;
};

}  // namespace postern::integrations::lambda
