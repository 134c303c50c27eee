// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/document.hpp"

namespace postern::config::templates {

/// What SAM's transform does, as far as it matters here: Globals go into the resources, an
/// AWS::Serverless::WebSocketApi becomes the API Gateway resources that SAM makes of it, and everything that
/// SAM makes can be referred to by the name that SAM gives it.
void expand_sam(Template& source, Findings& findings);

}  // namespace postern::config::templates
