// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/assets.hpp"
#include "config/template/stack.hpp"

#include <optional>
#include <string>

namespace postern::config::templates {

/// Where the code of a function or a layer is.
struct Code {
    std::optional<Node> directory;  ///< relative to the template's directory, or absolute; it exists
    std::optional<Node> inline_text;
    std::string obstacle;     ///< why it cannot be used here, and the remedy; "" when it can
    bool is_missing = false;  ///< the obstacle: the directory is not there
    Position where;           ///< of the property that says it
};

/// The code of an AWS::Serverless::Function or AWS::Lambda::Function (CodeUri, InlineCode, ImageUri, Code),
/// or the content of a layer (ContentUri, Content).
Code find_code(const Item& item, const Assets& assets, const std::string& template_file, Findings& findings);

/// A handler that names no file of the code is an obstacle.
void find_handler(const Item& function, const std::string& template_file, Code& code);

}  // namespace postern::config::templates
