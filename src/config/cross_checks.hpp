// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/reader.hpp"
#include "config/settings.hpp"

#include <string>
#include <vector>

namespace postern::config {

/// The checks that need more than one place of the file: what refers to something, what must be unique, what
/// must fit together. Mistakes join reader.problems.
void check_references(const Settings& settings,
                      const std::vector<std::string>& builtin_handlers,
                      Reader& reader);

}  // namespace postern::config
