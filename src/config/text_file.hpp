// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string>

namespace postern::config {

/// The bytes of a file: all of them, or kFileBytesMax and one more, which read_yaml() refuses. An Io error
/// says why it cannot be read, for a message that begins with the path.
Result<std::string> read_text_file(const std::string& path);

}  // namespace postern::config
