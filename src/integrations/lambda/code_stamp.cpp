// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/code_stamp.hpp"

#include "core/file_stamp.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace postern::integrations::lambda {

namespace {

namespace fs = std::filesystem;

/// The order in which a directory lists its files does not matter: they are summed up.
void add(CodeStamp& stamp, const std::string& path)
{
    const FileStamp file = FileStamp::of(path);
    std::uint64_t mixed = std::hash<std::string>{}(path);
    for (const std::uint64_t part : {static_cast<std::uint64_t>(file.modified_ns),
                                     static_cast<std::uint64_t>(file.size_bytes),
                                     file.inode}) {
        mixed = (mixed ^ part) * 0x9E3779B97F4A7C15U;
        mixed ^= mixed >> 32U;
    }
    stamp.sum += mixed;
    ++stamp.files;
}

void add_tree(CodeStamp& stamp, const std::string& root)
{
    std::error_code error;
    fs::recursive_directory_iterator entry(root, fs::directory_options::skip_permission_denied, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (stamp.files >= CodeStamp::kFilesMax) return;
        const fs::path name = entry->path().filename();
        const bool is_modules = name == "node_modules";
        if (is_modules || name == ".git" || name == "__pycache__") entry.disable_recursion_pending();
        std::error_code ignored;
        if (is_modules || !entry->is_directory(ignored)) add(stamp, entry->path().string());
    }
}

}  // namespace

CodeStamp CodeStamp::of(const api::Function& function)
{
    CodeStamp stamp;
    if (!function.code_uri.empty()) add_tree(stamp, function.code_uri);
    for (const std::string& layer : function.layers) add_tree(stamp, layer);
    return stamp;
}

}  // namespace postern::integrations::lambda
