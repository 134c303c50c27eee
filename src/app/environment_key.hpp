// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sigv4.hpp"

#include <optional>
#include <string>

/// What the environment tells, by the names that AWS's own tools know. Before any thread changes it.
namespace postern::app {

/// "" when there is none.
std::string environment_variable(const char* name);

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, if there is one, AWS_SESSION_TOKEN.
std::optional<api::sigv4::AccessKey> environment_key();

}  // namespace postern::app
