// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

/// The files of a function's code of which it needs one: "src/app.js", "src/app.mjs" and "src/app.cjs" for
/// the handler "src/app.handler" of nodejs*; "bootstrap" for a runtime without an interpreter, and the
/// handler itself for go1.x. None for a handler that is not FILE.FUNCTION.
std::vector<std::string> files_of_handler(std::string_view runtime, const std::string& handler);

bool is_one_there(const std::string& directory, const std::vector<std::string>& files);

/// "a.js, a.mjs or a.cjs"
std::string listed(const std::vector<std::string>& files);

}  // namespace postern::config
