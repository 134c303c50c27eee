// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace postern::app {

/// GETs an http:// URL within two seconds: 0 when the answer is 200, 1 otherwise with the reason on stderr.
int check_health(const std::string& url);

}  // namespace postern::app
