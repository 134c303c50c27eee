// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostics.hpp"
#include "config/node.hpp"

#include <string>
#include <vector>

namespace postern::config {

/// One setting from outside the file.
struct Override {
    std::string
        path;  ///< as print_effective() writes it: gateway.limits.idleTimeout, gateway.listeners[0].port
    std::string value;   ///< as in the file; for lists and maps YAML text
    std::string source;  ///< "flag --port", "environment POSTERN_GATEWAY_SHARDS"
};

/// What environment and flags say. A later value wins over an earlier one, so put the flags last.
struct Overrides {
    std::vector<Override> values;
    std::vector<Diagnostic> problems;  ///< mistakes found while collecting; a load reports them with its own
};

/// Puts one override into the tree of a file, before it is read.
void apply(const Override& given, Node& root, std::vector<Diagnostic>& problems);

}  // namespace postern::config
