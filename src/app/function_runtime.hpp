// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"
#include "core/line_writer.hpp"
#include "integrations/lambda/function_host.hpp"

#include <memory>

namespace postern::app {

/// The thread on which functions live: with the bootstraps that belong to this program, inline code in the
/// user's own directory of the temporary ones, and logs where those of stages go. `lines` and `clock` outlive
/// it.
std::unique_ptr<integrations::lambda::FunctionHost> make_function_host(LineWriter& lines, const Clock& clock);

}  // namespace postern::app
