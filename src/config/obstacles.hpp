// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/overlay.hpp"

#include <string>
#include <vector>

/// Why a function that a template or a serverless.yml has cannot run here. Each text has the remedy, in which
/// the function is called NAME until with_name(). A function that a route needs is a mistake then; any other
/// is left out with a note.
namespace postern::config {

inline constexpr const char* kNoImages =
    "it is a container image: run the container, and say --set functions.NAME.endpoint=http://HOST:PORT";

/// What the note says in front of the obstacle.
inline constexpr const char* kLeftOut = "no route needs the function, and it cannot run here: ";

/// Of a runtime; "" when it runs.
std::string obstacle_of_runtime(const std::string& runtime);

/// Of a handler that does not say FILE.FUNCTION, or not that of inline code; "" when it is good, and when the
/// reader has something to say about it.
std::string obstacle_of_handler(const std::string& runtime, const std::string& handler, bool is_inline);

/// Of a good handler none of whose files is in the directory; "" when one is. `how_to_build`: the end of the
/// text about code that has a build step.
std::string obstacle_of_files(const std::string& runtime,
                              const std::string& handler,
                              const std::string& directory,
                              const std::string& how_to_build);

std::string with_name(std::string text, const std::string& function);

/// Whether functions.NAME.endpoint or .codeUri is given, in place of what the file says about the code.
bool has_code_elsewhere(const std::vector<Override>& overrides, const std::string& function);

}  // namespace postern::config
