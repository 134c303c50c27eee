// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace postern::app {

/// sysexits' EX_CONFIG for a bad configuration; 2 is a wrong command line.
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitBadConfiguration = 78;

/// `postern VERB ...`: parses the command line and does what it says. The process's exit code.
int run_command(int argc, char** argv);

}  // namespace postern::app
