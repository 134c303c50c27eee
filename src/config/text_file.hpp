// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <chrono>
#include <string>

namespace postern::config {

/// The bytes of a file: all of them, or kFileBytesMax and one more, which read_yaml() refuses. An Io error
/// says why it cannot be read, for a message that begins with the path. A pipe may be the output of somebody
/// who is still at work, or nobody's: `pipe_patience` without a byte is an error, so that no caller waits for
/// ever.
Result<std::string> read_text_file(const std::string& path,
                                   std::chrono::milliseconds pipe_patience = std::chrono::seconds(10));

}  // namespace postern::config
