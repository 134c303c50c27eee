// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/invocation.hpp"

#include <functional>
#include <string>
#include <string_view>

/// What the Invoke API asks of whoever runs the functions.
namespace postern::management {

/// The functions of today's configuration. Called on the admin listener's thread; unset when there are none.
struct FunctionHooks {
    std::function<bool(std::string_view name)> has;

    /// Answers once, on any thread, after the function's own timeout at the latest.
    std::function<void(
        const std::string& name, api::Invocation invocation, std::function<void(api::InvocationResult)> done)>
        invoke;
};

}  // namespace postern::management
