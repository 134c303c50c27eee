// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostics.hpp"

#include <string>

namespace postern::config {

/// What a door other than the native file made of one piece of its input. A note is never a mistake.
struct Note {
    enum class Kind {
        Understood,
        Ignored,  ///< the message says why it changes nothing here
    };

    Position where;
    std::string path;  ///< Resources.ChatTable; "" when the whole file is meant
    Kind kind = Kind::Understood;
    std::string message;
};

/// "template.yaml:12:3: Resources.ChatTable: ignored: AWS::DynamoDB::Table does not run here..."
std::string to_string(const Note& note);

}  // namespace postern::config
