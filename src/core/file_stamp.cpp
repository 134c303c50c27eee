// SPDX-License-Identifier: Apache-2.0
#include "core/file_stamp.hpp"

#include <sys/stat.h>

namespace postern {

FileStamp FileStamp::of(const std::string& file)
{
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) return {};
    return {std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec,
            found.st_size,
            found.st_ino,
            found.st_dev};
}

}  // namespace postern
