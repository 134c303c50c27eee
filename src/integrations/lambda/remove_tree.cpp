// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/remove_tree.hpp"

#include "net/unique_fd.hpp"

#include <array>
#include <dirent.h>
#include <fcntl.h>
#include <string_view>
#include <sys/syscall.h>
#include <unistd.h>

namespace postern::integrations::lambda {

namespace {

constexpr int kDepthMax = 64;   ///< what lies deeper stays
constexpr int kPassesMax = 16;  ///< a directory that changes while it is read may have more
constexpr std::size_t kBlockBytes = 4096;

int open_directory(int parent, const char* name)
{
    return ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

bool remove_entry(int parent, const char* name, int depth);

/// Whether anything was removed.
bool remove_some(int directory, int depth)
{
    alignas(dirent64) std::array<char, kBlockBytes> entries;  // NOLINT(*-member-init): the kernel fills it
    bool has_removed = false;
    ::lseek(directory, 0, SEEK_SET);
    for (;;) {
        const long got = ::syscall(SYS_getdents64, directory, entries.data(), entries.size());
        if (got <= 0) return has_removed;
        for (long at = 0; at < got;) {
            const auto* const entry = reinterpret_cast<const dirent64*>(entries.data() + at);
            at += entry->d_reclen;
            const std::string_view name(entry->d_name);
            if (name == "." || name == "..") continue;
            has_removed = remove_entry(directory, entry->d_name, depth) || has_removed;
        }
    }
}

bool remove_entry(int parent, const char* name, int depth)
{
    if (::unlinkat(parent, name, 0) == 0) return true;
    {
        const net::UniqueFd directory(depth < kDepthMax ? open_directory(parent, name) : -1);
        for (int pass = 0; pass < kPassesMax && directory.get() >= 0; ++pass) {
            if (!remove_some(directory.get(), depth + 1)) break;
        }
    }
    return ::unlinkat(parent, name, AT_REMOVEDIR) == 0;
}

}  // namespace

void remove_tree(const char* path)
{
    remove_entry(AT_FDCWD, path, 0);
}

}  // namespace postern::integrations::lambda
