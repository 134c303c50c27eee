// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"

#include <set>
#include <string>

namespace postern::config {

/// The functions that the routes and authorizers of a native section `apis` name, as the doors write it.
std::set<std::string> needed_functions(const Node& apis);

}  // namespace postern::config
