// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway.hpp"

#include <algorithm>

namespace postern::gateway {

void Gateway::deploy(const Stages::Deployments& deployments, const Stages::HostNames& names)
{
    const auto is_served = [&](const connections::ConnectionInfo& connection) {
        return std::any_of(deployments.begin(), deployments.end(), [&](const auto& deployment) {
            return deployment->stage().api_id == connection.api_id &&
                   deployment->stage().stage == connection.stage;
        });
    };
    // Before the stage is gone: $disconnect is its last event.
    registry_.for_each([&](connections::Connection& connection) {
        if (!is_served(connection.info())) connection.close(api::kGoingAway.code, api::kGoingAway.text);
    });
    stages_.update(deployments, names);
}

}  // namespace postern::gateway
