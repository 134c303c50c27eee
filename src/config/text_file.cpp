// SPDX-License-Identifier: Apache-2.0
#include "config/text_file.hpp"

#include "config/yaml_reader.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace postern::config {

Result<std::string> read_text_file(const std::string& path)
{
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        return Error(ErrorKind::Io, "expected a file, not a directory");
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) return Error(ErrorKind::Io, std::string("cannot be read: ") + std::strerror(errno));
    // One byte more than allowed shows that there is more, however long an endless file is.
    std::string text(kFileBytesMax + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) return Error(ErrorKind::Io, std::string("cannot be read: ") + std::strerror(errno));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

}  // namespace postern::config
