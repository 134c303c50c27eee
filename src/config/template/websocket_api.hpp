// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/document.hpp"

namespace postern::config::templates {

/// Turns an AWS::Serverless::WebSocketApi into the AWS::ApiGatewayV2 resources that SAM makes of it (spec
/// config-plane 5.2): `api` itself becomes the Api, the others are added to the template.
void expand_websocket_api(Resource& api, Template& source, Findings& findings);

}  // namespace postern::config::templates
