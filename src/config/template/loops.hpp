// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/document.hpp"
#include "config/template/names.hpp"
#include "config/template/parameters.hpp"

#include <optional>
#include <string>

namespace postern::config::templates {

/// The template with its Fn::ForEach unrolled: each becomes the entries that it makes, which stand where its
/// own entries stand. nullopt: there are none, and the template is good as it is. What is made is bounded by
/// kNodesMax values and kWorkMax bytes. Mistakes are reported, and a wrong loop makes nothing. Source:
/// CloudFormation's reference of Fn::ForEach and of the transform AWS::LanguageExtensions.
std::optional<Node> unrolled(const Node& root,
                             const std::string& file,
                             const Parameters& parameters,
                             const Identity& identity,
                             Findings& findings);

}  // namespace postern::config::templates
