// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

/// The files of a function's code of which it needs one.
struct HandlerFiles {
    std::string stem;  ///< "src/app" of "src/app.handler"; "" for a runtime without an interpreter
    std::vector<std::string> names;   ///< none for a handler that is not FILE.FUNCTION
    std::vector<std::string> rarely;  ///< what does as well, and is not worth a word
};

/// "src/app.js", "src/app.mjs" and "src/app.cjs" for nodejs*, rarely "src/app" itself or what makes a
/// directory a module; "bootstrap" for a runtime without an interpreter, and the handler itself for go1.x.
HandlerFiles files_of_handler(std::string_view runtime, const std::string& handler);

bool is_one_there(const std::string& directory, const HandlerFiles& files);

/// "a.js, a.mjs or a.cjs"
std::string listed(const std::vector<std::string>& files);

}  // namespace postern::config
