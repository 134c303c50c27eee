// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostics.hpp"
#include "config/node.hpp"
#include "config/note.hpp"

#include <vector>

namespace postern::config::templates {

/// Fills in the paths of what was found, as the template has them (Resources.ChatRoute.Properties.Target): by
/// position, since translation keeps positions and changes names. What stands elsewhere keeps its path.
void name_places(const Node& root, std::vector<Diagnostic>& problems, std::vector<Note>& notes);

}  // namespace postern::config::templates
