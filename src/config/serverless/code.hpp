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

/// Where a handler's file is.
struct CodeDirectory {
    std::string path = ".";  ///< relative to the directory of the service
    std::string obstacle;    ///< TypeScript that nobody has built, and how to build it; "" for all else
};

/// The directory of the service or, for TypeScript, the one in which one of the Framework's build plugins has
/// put what it made.
CodeDirectory code_directory(const std::string& runtime,
                             const Handler& handler,
                             const std::string& service_directory,
                             Translation& out);

}  // namespace postern::config::serverless
