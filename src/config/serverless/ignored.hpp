// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/serverless/variables.hpp"
#include "config/translation.hpp"

namespace postern::config::serverless {

/// Notes what the file says that has no effect here, apart from its functions, which note their own.
void note_ignored(Variables& file, Translation& out);

}  // namespace postern::config::serverless
