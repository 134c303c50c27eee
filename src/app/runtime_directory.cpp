// SPDX-License-Identifier: Apache-2.0
#include "app/runtime_directory.hpp"

#include <cstdlib>
#include <filesystem>

namespace postern::app {

namespace fs = std::filesystem;

Result<std::string> find_runtime_directory(const std::string& executable,
                                           const std::string& override_directory)
{
    std::error_code error;
    fs::path directory = override_directory;
    if (directory.empty()) {
        directory = fs::canonical(executable, error).parent_path().parent_path() / "share/postern/runtime";
        if (error) return Error(ErrorKind::Io, executable + ": " + error.message());
    }
    for (const char* bootstrap : {"node/bootstrap.mjs", "python/bootstrap.py"}) {
        if (fs::is_regular_file(directory / bootstrap, error)) continue;
        return Error(ErrorKind::BadInput,
                     "the bootstraps of Lambda functions are missing: there is no file " +
                         (directory / bootstrap).string() +
                         "; install Postern whole, or set POSTERN_RUNTIME_DIRECTORY to where they are");
    }
    const fs::path found = fs::canonical(directory, error);
    if (error) return Error(ErrorKind::Io, directory.string() + ": " + error.message());
    return found.string();
}

Result<std::string> runtime_directory()
{
    const char* override_directory = std::getenv("POSTERN_RUNTIME_DIRECTORY");
    return find_runtime_directory("/proc/self/exe", override_directory == nullptr ? "" : override_directory);
}

}  // namespace postern::app
