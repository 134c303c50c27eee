// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>
#include <sys/types.h>

namespace postern {

/// Writes `bytes` as the file of this name, whatever it held. Readers see the old bytes or the new ones,
/// whole, also after a crash. `mode`: who may read it; not narrowed by the umask. Processes and threads may
/// do this at the same time: one of them is last. An error (ErrorKind::Io) names the file, which is then as
/// it was.
Result<void> replace_file(const std::string& file, mode_t mode, std::string_view bytes);

}  // namespace postern
