// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/load.hpp"
#include "config/settings.hpp"

#include <string>

/// What the commands about configuration print.
namespace postern::config {

/// `postern config print`: one line for each effective value, with where it came from.
std::string print_effective(const Loaded& loaded);

/// `postern routes`: one line for each route, in aligned columns.
std::string routes_table(const Settings& settings);

/// `postern convert`: what was loaded as a native file, below a comment that names its source.
std::string native_text(const Loaded& loaded, const std::string& path);

/// `postern config schema`: the JSON schema (draft 7) of the native file.
std::string schema_json();

}  // namespace postern::config
