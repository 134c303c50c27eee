// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "load/client.hpp"
#include "load/options.hpp"

#include <string>

namespace postern::bench {

/// Each runs its load to the end and returns its figures as a JSON object. Throws when the server misbehaves.
std::string run_echo(const Options& options, const Target& target);
std::string run_connect(const Options& options, const Target& target);
std::string run_idle(const Options& options, const Target& target);
std::string run_fanout(const Options& options, const Target& target);

}  // namespace postern::bench
