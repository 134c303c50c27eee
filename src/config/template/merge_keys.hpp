// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"

namespace postern::config::templates {

/// Puts what YAML's merge keys name (`<<: *common`, `<<: [*a, *b]`) into their maps, as the SAM and AWS CLIs
/// do before they send a template. What a map has itself wins, then the first of several. Makes no node more.
void merge_keys(Node& node);

}  // namespace postern::config::templates
