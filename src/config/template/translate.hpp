// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/overlay.hpp"
#include "config/template/options.hpp"
#include "config/translation.hpp"

#include <string>
#include <vector>

/// The door for SAM, CloudFormation and CDK templates: from the template's tree to the native file's.
namespace postern::config::templates {

/// `overrides` are those of the native tree: its region and account, and functions whose code is given there.
/// The work is bounded whatever the template says. Touches the file system to find code. Thread: any.
Translation translate(const Node& root,
                      const std::string& file,
                      const TemplateOptions& options,
                      const std::vector<Override>& overrides);

/// Gives what was found while reading the translated tree the template's paths, and drops what is missing
/// only because of an earlier mistake.
void finish(const Node& root,
            std::vector<Diagnostic>& problems,
            std::vector<Note>& notes,
            std::size_t translation_problems);

}  // namespace postern::config::templates
