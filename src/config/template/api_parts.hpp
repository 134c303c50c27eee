// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/lambda_functions.hpp"
#include "config/template/stack.hpp"

#include <optional>
#include <string>
#include <vector>

/// The resources that belong to one WebSocket API, as the native file has them below apis.ID.
namespace postern::config::templates {

/// What all parts look at.
struct World {
    const Stack& stack;
    const LambdaFunctions& functions;
    Findings& findings;
};

/// The resources of a type whose property (ApiId, RouteId, IntegrationId) is `owner`.
std::vector<const Item*> members(const World& world,
                                 std::string_view type,
                                 std::string_view property,
                                 std::string_view owner);

/// integrations.cpp: what a route's `integration` is. What AWS takes and ignores is left out, with a note.
Node native_integration(const World& world, const Item& integration);

/// A function's invocation ARN as `lambda:NAME` when the function is one of the template; else as it is.
std::string short_function_uri(const World& world, const std::string& uri);

/// routes.cpp: `routes`, by route key.
Node native_routes(const World& world, const Item& api);

/// stages.cpp: `stages`, by name: those that serve. A stage that never got a deployment refuses connections
/// on AWS, so it is left out, with a note.
Node native_stages(const World& world, const Item& api);

/// authorizers.cpp: `authorizers`, by logical id, and `models`, by name.
Node native_authorizers(const World& world, const Item& api);
Node native_models(const World& world, const Item& api);

}  // namespace postern::config::templates
