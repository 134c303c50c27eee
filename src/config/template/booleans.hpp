// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"

namespace postern::config::templates {

/// Makes every plain `yes`, `No`, `ON`, `off`, `True`... below the node the `true` or `false` that it is:
/// CloudFormation reads YAML 1.1, and where it needs a text it takes those two words. `y` and `n` are texts
/// to AWS, too. Keys, and what has a tag, stay as they are.
void settle_booleans(Node& node);

}  // namespace postern::config::templates
