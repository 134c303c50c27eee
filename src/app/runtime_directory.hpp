// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string>

namespace postern::app {

/// Where the bootstraps of Lambda functions are (node/bootstrap.mjs, python/bootstrap.py):
/// `override_directory` unless empty, else ../share/postern/runtime from the directory of `executable`, which
/// is right in the build tree and where Postern is installed. Absolute, without links. An error says where
/// they should have been.
Result<std::string> find_runtime_directory(const std::string& executable,
                                           const std::string& override_directory);

/// The same for this process: /proc/self/exe, and POSTERN_RUNTIME_DIRECTORY as the override.
Result<std::string> runtime_directory();

}  // namespace postern::app
