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

/// A function that FunctionHost keeps. It tells whoever made it when it has ended.
class HostedFunction : public Invoker {
public:
    /// No invocation comes any more: it ends when what has begun or waits is finished.
    virtual void retire() = 0;
    /// It ends as soon as it can; what is open or waits is answered as Broken.
    virtual void stop() = 0;
};

}  // namespace postern::integrations::lambda
