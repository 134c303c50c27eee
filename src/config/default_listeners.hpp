// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostics.hpp"
#include "config/node.hpp"

#include <cstdint>
#include <vector>

namespace postern::config {

/// Where clients connect when the file at `root` names no listeners but has functions that run here: they
/// build "https://" + domainName, also for a client that came without TLS, so that port speaks both.
/// Does nothing to any other file: the usual listeners are the default of the setting. Before overrides,
/// which may change single listeners.
void place_default_listeners(Node& root, std::vector<Diagnostic>& problems);

/// One listener on this port instead of whatever there is; with both, too, if functions run here.
void place_only_listener(std::uint16_t port, Node& root, std::vector<Diagnostic>& problems);

}  // namespace postern::config
