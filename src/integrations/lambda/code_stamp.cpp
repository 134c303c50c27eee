// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/code_stamp.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace postern::integrations::lambda {

namespace {

namespace fs = std::filesystem;

/// The order in which a directory lists its files does not matter: they are summed up.
void add_file(CodeStamp& stamp, const std::string& path, const std::vector<FileStamp>& not_code)
{
    const FileStamp file = FileStamp::of(path);
    const bool is_code = std::none_of(
        not_code.begin(), not_code.end(), [&](const FileStamp& other) { return file.is_same_file(other); });
    if (!is_code) return;
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
    constexpr std::array<std::string_view, 5> kNames{".git", "__pycache__", ".idea", ".vscode", ".DS_Store"};
    const std::string name = path.filename().string();
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || name.ends_with(".swp") ||
           name.ends_with('~');
}

CodeStamp read_tree(const std::string& root, const std::vector<FileStamp>& not_code)
{
    CodeStamp stamp;
    std::error_code error;
    fs::recursive_directory_iterator entry(root, fs::directory_options::skip_permission_denied, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (stamp.files >= CodeStamp::kFilesMax) break;
        const bool is_left_out = changes_by_itself(entry->path());
        const bool is_installed = is_installation(entry->path());
        if (is_left_out || is_installed) entry.disable_recursion_pending();
        if (is_left_out) continue;
        std::error_code ignored;
        if (is_installed || !entry->is_directory(ignored)) add_file(stamp, entry->path().string(), not_code);
    }
    return stamp;
}

}  // namespace

CodeStamp CodeStamp::of(const api::Function& function)
{
    return CodeReader().stamp_of(function);
}

CodeReader::CodeReader(const std::vector<std::string>& not_code)
{
    for (const std::string& file : not_code) {
        const FileStamp stamp = FileStamp::of(file);
        if (stamp != FileStamp{}) not_code_.push_back(stamp);
    }
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
    if (is_new) known->second = read_tree(directory, not_code_);
    stamp.sum += known->second.sum;
    stamp.files += known->second.files;
}

}  // namespace postern::integrations::lambda
