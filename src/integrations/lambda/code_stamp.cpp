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
void add_file(CodeStamp& stamp, const std::string& path)
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

/// What npm and pip write, and nobody edits: thousands of files.
bool is_installation(const fs::path& path)
{
    std::error_code error;
    return path.filename() == "node_modules" || fs::exists(path / "pyvenv.cfg", error);
}

bool changes_by_itself(const fs::path& path)
{
    return path.filename() == ".git" || path.filename() == "__pycache__";
}

CodeStamp read_tree(const std::string& root)
{
    CodeStamp stamp;
    std::error_code error;
    fs::recursive_directory_iterator entry(root, fs::directory_options::skip_permission_denied, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (stamp.files >= CodeStamp::kFilesMax) break;
        const bool is_installed = is_installation(entry->path());
        if (is_installed || changes_by_itself(entry->path())) entry.disable_recursion_pending();
        std::error_code ignored;
        if (is_installed || !entry->is_directory(ignored)) add_file(stamp, entry->path().string());
    }
    return stamp;
}

}  // namespace

CodeStamp CodeStamp::of(const api::Function& function)
{
    return CodeReader().stamp_of(function);
}

CodeStamp CodeReader::stamp_of(const api::Function& function)
{
    CodeStamp stamp;
    if (!function.code_uri.empty()) add(stamp, function.code_uri);
    for (const std::string& layer : function.layers) add(stamp, layer);
    return stamp;
}

void CodeReader::add(CodeStamp& stamp, const std::string& directory)
{
    const auto [known, is_new] = directories_.try_emplace(directory);
    if (is_new) known->second = read_tree(directory);
    stamp.sum += known->second.sum;
    stamp.files += known->second.files;
}

}  // namespace postern::integrations::lambda
