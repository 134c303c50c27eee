// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/evaluator.hpp"

namespace postern::config::templates {

/// Reports resources that need each other in a ring, by references or by DependsOn, and a DependsOn that
/// names nothing. Such a template cannot be deployed. After everything has been evaluated.
void check_dependencies(const Template& source, const Evaluator& evaluator, Findings& findings);

}  // namespace postern::config::templates
