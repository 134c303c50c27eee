// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"

#include <string>

namespace postern::config {

/// The tree as YAML that read_yaml() reads back as the same tree: block style, short maps and lists of
/// scalars on one line. Scalars are quoted where they would otherwise be read as something else, and only
/// there; tags are left out. The tree is one that read_yaml() could have made: valid UTF-8, at most kDepthMax
/// deep.
std::string write_yaml(const Node& root);

}  // namespace postern::config
