// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostics.hpp"
#include "config/node.hpp"
#include "config/note.hpp"

#include <string>
#include <vector>

namespace postern::config {

/// What a door makes of a template: a tree of the native file, which is then read as any native file is
/// (docs/adr/0016).
struct Translation {
    Node root;  ///< of the native file; its nodes stand where the template has what they were made of
    std::vector<Diagnostic> problems;
    std::vector<Note> notes;
    std::vector<std::string> files;  ///< read beside the template
    bool is_readable = true;         ///< false: there is no API in it, so reading it would say nothing new
};

}  // namespace postern::config
