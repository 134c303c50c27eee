// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/overlay.hpp"
#include "config/template/cloud_assembly.hpp"
#include "config/template/other_stack.hpp"

#include <set>
#include <string>
#include <vector>

namespace postern::config::templates {

/// Functions that routes of this stack call, and that other stacks of the CDK app have.
struct AppFunctions {
    Node native;                     ///< as the native section `functions` has them, by name
    std::vector<std::string> files;  ///< the templates and asset manifests that they are from
};

/// Those of `names` that the other stacks have. Their mistakes are reported, at their places in their own
/// templates. `here` is the template of this stack, where paths of code start.
AppFunctions functions_of_app(const std::set<std::string>& names,
                              const Position& here,
                              const CloudAssembly& assembly,
                              const Asking& asking,
                              const std::vector<Override>& overrides,
                              Findings& findings);

}  // namespace postern::config::templates
