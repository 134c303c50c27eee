// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/serverless/functions.hpp"
#include "config/serverless/intrinsics.hpp"
#include "config/serverless/variables.hpp"
#include "config/translation.hpp"

#include <optional>
#include <string>
#include <vector>

namespace postern::config::serverless {

/// The `authorizer` of a websocket event: a function's key, an ARN, or an object with name or arn and
/// identitySource.
class Authorizer {
public:
    Authorizer(const std::vector<FunctionEntry>& functions, Intrinsics& intrinsics, Translation& out)
        : functions_(functions), intrinsics_(intrinsics), out_(out)
    {}

    /// Gives the native route its authorizer, and the native API's `authorizers` what it is. `written` has no
    /// variables any more.
    void add(const Node& written, const std::string& path, Node& route, Node& authorizers);

private:
    struct Target {
        std::string name;
        std::string uri;
    };
    std::optional<Target> target_of(const Node& written, const std::string& path);
    std::optional<Target> of_arn(const Node& arn, const Node* name, const std::string& path);
    std::optional<Target> of_function(const Node& key, const std::string& path);
    std::optional<Target> fail(const Position& where, const std::string& path, std::string message);

    const std::vector<FunctionEntry>& functions_;
    Intrinsics& intrinsics_;
    Translation& out_;
};

}  // namespace postern::config::serverless
