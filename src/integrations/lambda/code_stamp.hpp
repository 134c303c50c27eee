// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/file_stamp.hpp"
#include "integrations/lambda/function_spec.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace postern::integrations::lambda {

/// Tells one state of a function's files from another without reading them: paths, modification times, sizes
/// and inodes of all files in the code directory and the layers. Of node_modules only the directory itself
/// counts, whose time `npm install` changes, and so of a Python virtual environment, whatever its name; what
/// changes by itself (.git, __pycache__, editors' own files) does not at all. Of a huge directory the first
/// kFilesMax files count.
struct CodeStamp {
    static constexpr std::size_t kFilesMax = 20'000;

    std::uint64_t sum = 0;
    std::size_t files = 0;

    /// Touches the disk: 2 microseconds a file.
    static CodeStamp of(const api::Function& function);
    friend bool operator==(const CodeStamp&, const CodeStamp&) = default;
};

/// The stamps of many functions at one moment. Functions often share a directory, all of a serverless.yml do:
/// each directory is read once.
class CodeReader {
public:
    /// `not_code`: files that do not count wherever they are, such as the gateway's own logs.
    explicit CodeReader(const std::vector<std::string>& not_code = {});

    CodeStamp stamp_of(const api::Function& function);

private:
    void add(CodeStamp& stamp, const std::string& directory);

    std::vector<FileStamp> not_code_;
    std::map<std::string, CodeStamp> directories_;
};

}  // namespace postern::integrations::lambda
