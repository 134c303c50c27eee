// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/invocation.hpp"

#include <functional>

/// Lambda functions: what invokes them and what they answer. Everything here lives on the functions' thread
/// (function_host.hpp) unless it says otherwise.
namespace postern::integrations::lambda {

using api::Invocation;
using api::InvocationResult;
using api::Outcome;

/// Called once, on the functions' thread; must not block.
using Done = std::function<void(InvocationResult)>;

/// A function that can be invoked: a pool of processes here, or an Invoke API elsewhere.
class Invoker {
public:
    virtual ~Invoker() = default;
    virtual void invoke(Invocation invocation, Done done) = 0;
};

}  // namespace postern::integrations::lambda
