// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "integrations/lambda/function_spec.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::integrations::lambda {

enum class Language {
    Node,      ///< nodejs*: an interpreter and Postern's bootstrap
    Python,    ///< python3*: the same
    Compiled,  ///< everything else: an executable named `bootstrap`
};

Language language_of(std::string_view runtime);

/// What an instance of a function executes.
struct Command {
    Language language = Language::Compiled;
    std::vector<std::string> arguments;  ///< the first is the path of the executable
};

/// Where the things are that commands are made of.
struct CommandPlaces {
    std::string runtime_directory;  ///< has node/bootstrap.mjs and python/bootstrap.py
    std::string code_directory;     ///< of the function
    std::string path;               ///< PATH, where interpreters are sought
};

/// Finds everything that the function needs on this machine. BadInput, naming the function and the remedy,
/// when code, interpreter or `bootstrap` are missing or cannot be executed. Touches the disk.
Result<Command> make_command(const FunctionSpec& spec, const CommandPlaces& places);

/// An executable file of that name in one of the directories of `path`; a name with a slash is a path itself.
/// "" when there is none.
std::string find_executable(const std::string& name, std::string_view path);

}  // namespace postern::integrations::lambda
