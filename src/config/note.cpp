// SPDX-License-Identifier: Apache-2.0
#include "config/note.hpp"

namespace postern::config {

std::string to_string(const Note& note)
{
    const char* word = note.kind == Note::Kind::Understood ? "understood: " : "ignored: ";
    return to_string(Diagnostic{note.where, note.path, word + note.message});
}

}  // namespace postern::config
