// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/api_parts.hpp"

namespace postern::config::templates {

/// The native section `apis`: every WebSocket API of the template with its routes and stages, under its
/// made-up id. Reports parts that belong to no API.
Node native_apis(const World& world);

/// The native section `domainNames`.
Node native_domain_names(const World& world);

}  // namespace postern::config::templates
