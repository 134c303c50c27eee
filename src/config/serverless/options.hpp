// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace postern::config::serverless {

/// What a serverless.yml may ask of the one who runs it.
struct Options {
    /// Of the command line, for ${opt:NAME}. A name with a colon is another source's address: "ssm:/chat/key"
    /// answers ${ssm:/chat/key}.
    std::map<std::string, std::string> opt;
    std::map<std::string, std::string> environment;  ///< for ${env:NAME}
};

}  // namespace postern::config::serverless
