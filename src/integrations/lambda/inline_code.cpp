// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/inline_code.hpp"

#include "core/text.hpp"
#include "integrations/lambda/command.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace postern::integrations::lambda {

namespace fs = std::filesystem;

Result<std::shared_ptr<const InlineCode>> InlineCode::write(const std::string& scratch_directory,
                                                            const std::string& function_name,
                                                            const std::string& runtime,
                                                            const std::string& code)
{
    const std::string subject = "function \"" + function_name + "\": ";
    const Language language = language_of(runtime);
    if (language == Language::Compiled) {
        return Error(ErrorKind::BadInput,
                     subject + "inline code is for nodejs and python3 runtimes; put the code of " + runtime +
                         " into a directory and name it as codeUri");
    }
    std::string directory = scratch_directory + '/' + text::percent_encode(function_name) + "-XXXXXX";
    const bool has_scratch = ::mkdir(scratch_directory.c_str(), S_IRWXU) == 0 || errno == EEXIST;
    if (!has_scratch || ::mkdtemp(directory.data()) == nullptr) {
        return Error(ErrorKind::Io,
                     subject + "no directory for its inline code can be made in " + scratch_directory);
    }
    auto made = std::make_shared<const InlineCode>(directory);
    std::ofstream file(directory + (language == Language::Node ? "/index.js" : "/index.py"),
                       std::ios::binary);
    file << code;
    file.close();
    if (!file) return Error(ErrorKind::Io, subject + "its inline code cannot be written to " + directory);
    return made;
}

InlineCode::~InlineCode()
{
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
}

}  // namespace postern::integrations::lambda
