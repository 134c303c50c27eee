// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/overlay.hpp"
#include "config/serverless/options.hpp"
#include "config/translation.hpp"
#include "config/yaml_reader.hpp"

#include <string>
#include <vector>

/// The door for the Serverless Framework's serverless.yml: functions with `websocket` events (spec
/// config-plane 5.5). Reads other files only for ${file(...)} and to find handlers.
namespace postern::config {

/// Whether a file is a serverless.yml: it has a service or a provider, which no other file has.
bool is_serverless(const Node& root);

/// The document as a tree of the native file. `name`: the path of the file, whose directory is the service's.
/// `overrides` may say where a function's code is.
Translation translate_serverless(const Document& document,
                                 const std::string& name,
                                 const serverless::Options& options,
                                 const std::vector<Override>& overrides);

}  // namespace postern::config
