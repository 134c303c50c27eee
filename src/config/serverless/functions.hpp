// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/overlay.hpp"
#include "config/serverless/service.hpp"
#include "config/serverless/variables.hpp"
#include "config/translation.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace postern::config::serverless {

/// A function as the file has it.
struct FunctionEntry {
    std::string key;
    std::string name;  ///< on AWS and here: SERVICE-STAGE-KEY unless it says another
    Position where;
    const Node* written = nullptr;
};

/// In the order of the file; what is no map is a mistake.
std::vector<FunctionEntry> read_functions(Variables& file, const Service& service, Translation& out);

/// Names by key.
std::map<std::string, std::string> names_of(const std::vector<FunctionEntry>& functions);

class Intrinsics;

/// Who makes what of the functions.
struct FunctionUses {
    std::set<std::string> needed;            ///< by routes and authorizers
    const std::vector<Override>& overrides;  ///< may say where a function's code is
};

/// The native file's `functions`. One that cannot run here is a mistake when it is needed, and otherwise left
/// out with a note.
Node native_functions(Variables& file,
                      const std::vector<FunctionEntry>& functions,
                      Intrinsics& intrinsics,
                      const FunctionUses& uses,
                      const std::string& directory,
                      Translation& out);

}  // namespace postern::config::serverless
