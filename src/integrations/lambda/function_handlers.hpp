// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "integrations/handler_registry.hpp"
#include "integrations/lambda/invocation.hpp"
#include "integrations/plugin_host.hpp"

#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace postern::integrations::lambda {

/// Hands an invocation of the named function over; `done` is called on the functions' thread.
using Invoke = std::function<void(std::string_view name, Invocation, Done)>;

/// The functions of a configuration as handlers of routes: an event goes to the function as AWS's JSON, and
/// what the function returns is read as a proxy response (spec data-plane 4). Made on the main thread; the
/// handlers are called on shards, and stay with the object.
class FunctionHandlers {
public:
    FunctionHandlers(Invoke invoke, const PluginHost& host) : invoke_(std::move(invoke)), host_(host) {}
    FunctionHandlers(const FunctionHandlers&) = delete;
    FunctionHandlers& operator=(const FunctionHandlers&) = delete;

    /// `region` and `arn` are for the execution log's endpoint.
    void add(const std::string& name,
             std::string_view region,
             std::string_view arn,
             HandlerRegistry& registry);

private:
    struct Entry {
        const FunctionHandlers* owner;
        std::string name;
    };
    static std::int32_t invoke(void* entry, const postern_event* event, postern_token token);

    Invoke invoke_;
    const PluginHost& host_;
    std::deque<Entry> entries_;  ///< handlers point to them
};

/// What the result of a function means for the event that it was asked about: an answer, or a failure.
/// Thread: any.
void answer(const PluginHost& host, postern_token token, const std::string& name, InvocationResult result);

}  // namespace postern::integrations::lambda
