// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sigv4.hpp"
#include "app/listener_set.hpp"
#include "config/settings.hpp"
#include "core/result.hpp"
#include "integrations/lambda/function_spec.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace postern::app {

/// Where functions find the gateway.
struct FunctionSurroundings {
    std::vector<Endpoint> endpoints;    ///< of the listeners
    std::string admin_url;              ///< of the Invoke API; "" without an admin listener
    std::string ca_bundle;              ///< PEM: the system's roots and the development CA; "" none
    api::sigv4::AccessKey credentials;  ///< those of every function
};

/// New credentials of the shape that functions have on AWS: a temporary key, for the life of the process.
api::sigv4::AccessKey new_function_credentials(const std::string& account_id);

/// Of a gateway with these listeners; makes the CA bundle when there is a development CA. Io.
Result<FunctionSurroundings> function_surroundings(std::vector<Endpoint> endpoints,
                                                   std::string admin_url,
                                                   api::sigv4::AccessKey credentials);

/// Whether there are functions without an endpoint elsewhere.
bool any_runs_here(const config::Settings& settings);

/// Whether a route of any stage calls the function.
bool is_called(const api::Model& model, const std::string& function);

/// Where functions that run here call back at "https://localhost:PORT" (gateway::Stages::HostNames); empty
/// without such functions.
std::vector<std::uint16_t> callback_ports(const config::Settings& settings,
                                          const FunctionSurroundings& surroundings);

/// The functions of a configuration with the environment in which their SDKs reach this gateway, unmodified:
/// credentials, endpoints, and whom to trust (spec config-plane 8.2).
std::vector<integrations::lambda::FunctionSpec> function_specs(const config::Settings& settings,
                                                               const FunctionSurroundings& surroundings);

}  // namespace postern::app
