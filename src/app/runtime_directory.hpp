// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace postern::app {

/// Where the bootstraps of functions are (node/bootstrap.mjs, python/bootstrap.py): ../share/postern/runtime
/// beside the directory of this program, which is right for an installed one and for one in its build
/// directory.
std::string runtime_directory();

}  // namespace postern::app
