// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "integrations/lambda/function_spec.hpp"

#include <cstddef>
#include <cstdint>

namespace postern::integrations::lambda {

/// Tells one state of a function's files from another without reading them: paths, modification times, sizes
/// and inodes of all files in the code directory and the layers. Of node_modules only the directory itself
/// counts, whose time `npm install` changes; .git and __pycache__, which change by themselves, do not at all.
/// Of a huge tree the first kFilesMax files count.
struct CodeStamp {
    static constexpr std::size_t kFilesMax = 20'000;

    std::uint64_t sum = 0;
    std::size_t files = 0;

    /// Touches the disk: 2 microseconds a file.
    static CodeStamp of(const api::Function& function);
    friend bool operator==(const CodeStamp&, const CodeStamp&) = default;
};

}  // namespace postern::integrations::lambda
