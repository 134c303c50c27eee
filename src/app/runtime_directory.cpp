// SPDX-License-Identifier: Apache-2.0
#include "app/runtime_directory.hpp"

#include <filesystem>
#include <system_error>

namespace postern::app {

std::string runtime_directory()
{
    std::error_code ignored;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
    return (program.parent_path().parent_path() / "share/postern/runtime").string();
}

}  // namespace postern::app
