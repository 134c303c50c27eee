// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace postern::integrations::lambda {

/// The system's word for what kept an instance from starting (an errno), and the remedy where there is one:
/// "Too many open files; allow the gateway more of them (ulimit -n), ...". Any thread.
std::string text_of_failure(int error);

}  // namespace postern::integrations::lambda
