// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <postern/plugin.h>

#include <cstdint>
#include <string>
#include <vector>

namespace postern::app {

/// The handlers that every gateway has, for trying things: `integration: "plugin:echo"`.
///
///     echo     sends a message back; admits clients
///     whoami   answers with the event JSON that a Lambda function would get
///     accept   admits clients, with the first subprotocol they offer; answers messages with nothing
///     reject   refuses clients with 403
///     silent   never answers: shows what the integration timeout does
///     fail     throws: shows what a failing integration does
std::vector<std::string> builtin_handler_names();

/// They are a plugin like any other, which is part of the program.
const postern_plugin* builtin_plugin(std::uint32_t abi_major, std::uint32_t abi_minor);

}  // namespace postern::app
