// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"
#include "config/translation.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>

namespace postern::config::serverless {

/// The files that ${file(...)} names: each is read once, and nothing outside of one directory is.
class Files {
public:
    /// `directory`: of the service, where relative paths start. `allowed`: relative to it, the directory
    /// below which files may be read. What is read is listed in `out`, and so are the mistakes inside.
    Files(std::filesystem::path directory, const std::string& allowed, Translation& out);

    /// The tree of a YAML or JSON file (.yml, .yaml, .json, .tfstate), the text of any other. Null when there
    /// is no such file, or when it cannot be read, which is then a problem at `where`.
    const Node* read(const std::string& path, const Position& where);

private:
    static constexpr std::size_t kFilesMax = 100;
    static constexpr std::size_t kBytesMax = std::size_t{16} * 1024 * 1024;  ///< of all of them together

    void load(const std::filesystem::path& path, Node& into, const Position& where);
    void report(const Position& where, const std::filesystem::path& path, const std::string& why);

    std::filesystem::path directory_;
    std::filesystem::path allowed_;  ///< without links and dots
    Translation& out_;
    std::map<std::filesystem::path, Node> read_;
    std::size_t bytes_ = 0;
};

}  // namespace postern::config::serverless
