// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"

#include <string_view>

namespace postern::config::templates {

/// A resource's properties on top of those of its section in Globals, as SAM merges them: maps key by key,
/// lists one behind the other (the global items first), anything else is the resource's own. A value that is
/// an intrinsic function is merged with nothing.
Node with_globals(const Node& globals, const Node& own);

/// Takes away what IgnoreGlobals ("*", a list of names, or nothing) keeps from a resource.
Node without_ignored(const Node& globals, const Node& ignore_globals);

}  // namespace postern::config::templates
