// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/serverless/variables.hpp"
#include "config/translation.hpp"

#include <map>
#include <string>

namespace postern::config::serverless {

/// The layers of the file.
class Layers {
public:
    explicit Layers(Variables& file);

    /// A function's `layers` as the native list of directories. Layers of other stacks are not here: a note
    /// says so.
    Node native(Variables& file, const Node& written, const std::string& path, Translation& out) const;

private:
    std::map<std::string, std::string> directories_;  ///< by logical id
};

}  // namespace postern::config::serverless
