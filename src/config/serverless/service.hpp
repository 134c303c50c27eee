// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/serverless/variables.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What a service is, apart from its functions: names, and the places of the file's sections.
namespace postern::config::serverless {

struct Service {
    std::string name;
    std::string stage;
    Position stage_place;
    std::string region;
    Position region_place;
    std::string account_id;
    std::string stack_name;
    /// Of its WebSocket API: provider.apiGateway.websocketApiId, else always the same for service and stage.
    std::string api_id;
};

Service read_service(Variables& file);

/// A section that may be a map, or a list of maps that add up, such as functions and resources.
std::vector<const Node*> parts_of(Variables& file, std::string_view section);

/// A key as it stands in logical ids: "on-message_2" is "OnDashmessageUnderscore2".
std::string logical_id(std::string_view key);

/// The name that AWS would make up for a resource: "chat-dev-Orders-1a2b3c4d5e6f", always the same.
std::string made_up_name(const Service& service, std::string_view logical_id);

}  // namespace postern::config::serverless
