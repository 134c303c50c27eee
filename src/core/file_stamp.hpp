// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace postern {

/// Tells one content of a file from another without reading it. All zero when there is no such file.
/// Follows links, so that a link which is pointed elsewhere counts as a change.
struct FileStamp {
    std::int64_t modified_ns = 0;
    std::int64_t size_bytes = 0;
    std::uint64_t inode = 0;
    std::uint64_t device = 0;

    static FileStamp of(const std::string& file);
    /// The same file, whatever has become of its content.
    bool is_same_file(const FileStamp& other) const { return inode == other.inode && device == other.device; }
    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

}  // namespace postern
