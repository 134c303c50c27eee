// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string>
#include <vector>

namespace postern::app {

/// The usual places of the system's roots, as one PEM file.
std::vector<std::string> system_root_files();

/// The file "ca-bundle.pem" beside `development_ca`: the system's roots (of the first of `root_files` that is
/// there) and the development CA, for SDKs that take one file in place of the system's. Written anew when it
/// would be another one; whoever reads it meanwhile sees the whole old or the whole new one. Io.
Result<std::string> ensure_ca_bundle(const std::string& development_ca,
                                     const std::vector<std::string>& root_files = system_root_files());

}  // namespace postern::app
