// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::integrations::lambda {

enum class Language {
    Node,      ///< nodejs*: an interpreter and Postern's bootstrap
    Python,    ///< python3*: the same
    Compiled,  ///< everything else: an executable, see executables_of()
};

Language language_of(std::string_view runtime);

/// The names of the executable of a compiled runtime, relative to the code's directory: `bootstrap`; for
/// go1.x before it the handler, which is the program there.
std::vector<std::string> executables_of(std::string_view runtime, const std::string& handler);

/// An interpreter as it describes itself.
struct Interpreter {
    std::string path;                  ///< the executable itself, where a version manager's script was asked
    std::string version;               ///< "20.20.2"
    std::vector<std::string> flags{};  ///< of those that node_flags() knows the ones that it understands
};

/// Asks interpreters who they are: a script of pyenv or asdf may stand under the name of one that is not
/// there, and costs half a second whenever it is run. Main thread.
class Interpreters {
public:
    /// Nothing when `path` cannot be run or answers nonsense within 10 seconds. Starts a process (Node.js: 40
    /// ms) the first time.
    std::optional<Interpreter> ask(const std::string& path, Language language);

private:
    std::map<std::string, Interpreter, std::less<>> known_;
};

/// What Lambda puts on the command line of Node.js: it turns off what the runtime's version does unasked, to
/// load ES modules without being told that they are (Developer Guide, "Building Lambda functions with
/// Node.js"), unless NODE_OPTIONS turns it on. Only what the interpreter understands: anything else ends it.
std::vector<std::string> node_flags(std::string_view runtime,
                                    const Interpreter& interpreter,
                                    std::string_view node_options);

/// What differs between the version that a runtime names and an interpreter's, as a sentence with the remedy.
/// Nothing when they agree: Node.js in its first number, Python in two.
std::optional<std::string> version_difference(std::string_view runtime, std::string_view version);

}  // namespace postern::integrations::lambda
