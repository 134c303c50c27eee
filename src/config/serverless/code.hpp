// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostics.hpp"
#include "config/translation.hpp"

#include <string>

namespace postern::config::serverless {

/// A handler, and where it is written.
struct Handler {
    std::string text;  ///< "src/chat.send"
    std::string path;  ///< functions.send.handler
    Position where;
};

/// The directory, relative to that of the service, in which a handler's file is: "." or, for TypeScript,
/// where one of the Framework's build plugins has put what it made. TypeScript that nobody has built is a
/// mistake.
std::string code_directory(const Handler& handler, const std::string& service_directory, Translation& out);

}  // namespace postern::config::serverless
