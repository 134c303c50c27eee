// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/serverless/service.hpp"
#include "config/serverless/variables.hpp"
#include "config/translation.hpp"

#include <map>
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

/// The native file's `functions`.
Node native_functions(Variables& file,
                      const std::vector<FunctionEntry>& functions,
                      Intrinsics& intrinsics,
                      const std::string& directory,
                      Translation& out);

}  // namespace postern::config::serverless
