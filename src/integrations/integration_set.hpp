// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "integrations/lambda/function_handlers.hpp"
#include "integrations/lambda/function_set.hpp"
#include "integrations/plugin_set.hpp"

#include <memory>
#include <string>
#include <vector>

namespace postern::integrations {

/// Everything that the routes of one configuration can call: the handlers of its plugins, and its functions.
/// The next configuration's set shares what has not changed. Thread: made and freed on the main thread; the
/// handlers are read from any.
class IntegrationSet {
public:
    /// What a set is made with; outlives it.
    struct Hosts {
        PluginHost& plugins;
        lambda::FunctionHost& functions;
    };

    /// On an error nothing is left of what was loaded.
    static Result<std::shared_ptr<const IntegrationSet>> load(
        const std::vector<PluginSpec>& plugins,
        const std::vector<lambda::FunctionSpec>& functions,
        const Hosts& hosts,
        const IntegrationSet* former);

    IntegrationSet(std::shared_ptr<const PluginSet> plugins,
                   std::shared_ptr<const lambda::FunctionSet> functions,
                   const PluginHost& host);

    const HandlerRegistry& handlers() const { return handlers_; }
    const lambda::FunctionSet& functions() const { return *functions_; }

    /// Ends the plugins, also those that another set shares: the gateway is ending.
    void shutdown() const { plugins_->shutdown(); }

private:
    std::shared_ptr<const PluginSet> plugins_;
    std::shared_ptr<const lambda::FunctionSet> functions_;
    lambda::FunctionHandlers function_handlers_;
    HandlerRegistry handlers_;
};

}  // namespace postern::integrations
