// SPDX-License-Identifier: Apache-2.0
#include "app/environment_key.hpp"

#include <cstdlib>

namespace postern::app {

std::string environment_variable(const char* name)
{
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes it
    return value == nullptr ? "" : value;
}

std::optional<api::sigv4::AccessKey> environment_key()
{
    api::sigv4::AccessKey key;
    key.id = environment_variable("AWS_ACCESS_KEY_ID");
    key.secret = environment_variable("AWS_SECRET_ACCESS_KEY");
    key.session_token = environment_variable("AWS_SESSION_TOKEN");
    if (key.id.empty() || key.secret.empty()) return std::nullopt;
    return key;
}

}  // namespace postern::app
