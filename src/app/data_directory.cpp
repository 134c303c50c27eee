// SPDX-License-Identifier: Apache-2.0
#include "app/data_directory.hpp"

#include <cstdlib>

namespace postern::app {

std::string data_directory(const std::string& configured)
{
    if (!configured.empty()) return configured;
    const char* data = std::getenv("XDG_DATA_HOME");
    if (data != nullptr && *data == '/') return std::string(data) + "/postern";
    const char* home = std::getenv("HOME");
    if (home != nullptr && *home == '/' && home[1] != '\0')
        return std::string(home) + "/.local/share/postern";
    return "/var/lib/postern";
}

}  // namespace postern::app
