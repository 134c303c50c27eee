// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}  // namespace CLI

namespace postern::app {

/// The operator's verbs, which talk to the admin listener of a running gateway: status, reload, drain,
/// connections and invoke. Their exit code is written to `exit_code`, which outlives the parsing.
void add_admin_commands(CLI::App& cli, int& exit_code);

}  // namespace postern::app
