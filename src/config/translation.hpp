// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostics.hpp"
#include "config/node.hpp"

#include <string>
#include <vector>

/// A template is a door: it becomes a tree of the native file, which is then read as any native file is.
namespace postern::config {

/// What became of one thing in a template, for people to read: nothing is wrong with it.
struct Note {
    Position where;
    std::string path;  ///< in the template: functions.hello
    enum class NoteKind { Understood, Ignored } kind;
    std::string message;
};

struct Translation {
    Node root;  ///< of the native file; its nodes have the positions of the template
    std::vector<Diagnostic> problems;
    std::vector<Note> notes;
    std::vector<std::string> files;  ///< other files that were read
};

}  // namespace postern::config
