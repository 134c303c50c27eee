// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace postern::config {

/// Where a value was written. Lines and columns count from 1; line 0 is a source without lines, such as
/// "default" or "environment POSTERN_GATEWAY_SHARDS".
struct Position {
    std::string file;
    int line = 0;
    int column = 0;
};

/// "my.yaml:12", or the source's name when it has no lines.
std::string source_of(const Position& where);

/// "line 12" of a place in the same file as `here`, "other.yml:12" of one in another.
std::string source_beside(const Position& where, const Position& here);

/// One mistake, in words for the person who made it.
struct Diagnostic {
    Position where;
    std::string path;  ///< e.g. apis.chat.routes.say.integration; "" when the whole file is meant
    std::string message;
};

/// "my.yaml:12:7: apis.chat.routes.say.integration: no plugin named "caht" (did you mean "chat"?)"
std::string to_string(const Diagnostic& problem);

/// ` (did you mean "chat"?)` when one of the candidates is near, else "".
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

/// The order of a file; what stands in no line is behind it.
bool stands_before(const Position& a, const Position& b);

/// Puts mistakes in the order in which they stand in the file; those of other sources follow.
void sort_by_position(std::vector<Diagnostic>& problems);

/// Leaves one of those that say the same of the same place, such as the mistake in what two routes share.
void drop_repeated(std::vector<Diagnostic>& problems);

}  // namespace postern::config
