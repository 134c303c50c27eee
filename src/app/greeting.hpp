// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/application.hpp"

#include <string>
#include <string_view>

namespace postern::app {

/// "ws://localhost:8080", or "wss://..." where it speaks TLS; an address that is any is called localhost.
std::string url_of(const Endpoint& endpoint, std::string_view scheme);

/// What a user sees on stdout when the gateway has started: every stage's URL, the admin listener's, and a
/// command to try.
void print_greeting(const Application& application);

}  // namespace postern::app
