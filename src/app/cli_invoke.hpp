// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}  // namespace CLI

namespace postern::app {

/// `postern invoke NAME [PAYLOAD]`: invokes a function of a running gateway. Its exit code is written to
/// `exit_code`, which outlives the parsing: 0 when the function returned, 1 when it failed or could not be
/// invoked.
void add_invoke_command(CLI::App& cli, int& exit_code);

}  // namespace postern::app
