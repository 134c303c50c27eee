// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/serverless/options.hpp"
#include "config/translation.hpp"
#include "config/yaml_reader.hpp"

#include <string>

/// The door for the Serverless Framework's serverless.yml: functions with `websocket` events (spec
/// config-plane 5.5). Reads the file systems only for ${file(...)} and to find TypeScript handlers.
namespace postern::config {

/// Whether a file is a serverless.yml: it has a service and a provider.
bool is_serverless(const Node& root);

/// The document as a tree of the native file. `name`: the path of the file, whose directory is the service's.
Translation translate_serverless(const Document& document,
                                 const std::string& name,
                                 const serverless::Options& options);

}  // namespace postern::config
