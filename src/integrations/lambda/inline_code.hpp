// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <memory>
#include <string>

namespace postern::integrations::lambda {

/// The code of a function that stands in its template, as a directory with one file, "index.js" or
/// "index.py", as CloudFormation's ZipFile makes it. The directory goes with this.
class InlineCode {
public:
    /// Makes a new directory of its own within `scratch_directory`, which is made too, both for this user
    /// only. BadInput, naming the
    /// function, for a runtime that cannot run a text; Io.
    static Result<std::shared_ptr<const InlineCode>> write(const std::string& scratch_directory,
                                                           const std::string& function_name,
                                                           const std::string& runtime,
                                                           const std::string& code);

    explicit InlineCode(std::string directory) : directory_(std::move(directory)) {}
    ~InlineCode();
    InlineCode(const InlineCode&) = delete;
    InlineCode& operator=(const InlineCode&) = delete;

    const std::string& directory() const { return directory_; }

private:
    std::string directory_;
};

}  // namespace postern::integrations::lambda
