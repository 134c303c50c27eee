// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/load.hpp"

#include <string>
#include <string_view>

namespace postern::config {

/// Every problem of a text called "t.yaml", one a line.
inline std::string problems_of(std::string_view text, const LoadOptions& options = {})
{
    std::string out;
    for (const Diagnostic& problem : load_text(text, "t.yaml", options).problems)
        out += to_string(problem) + '\n';
    return out;
}

/// "value # source" of a path, or "" when the load has none.
inline std::string origin_of(const Loaded& loaded, const std::string& path)
{
    for (const Origin& origin : loaded.origins) {
        if (origin.path == path) return origin.value + " # " + origin.source;
    }
    return "";
}

inline constexpr const char* kOneApi = "apis: {a: {routes: {$default: plugin:echo}}}\n";

}  // namespace postern::config
