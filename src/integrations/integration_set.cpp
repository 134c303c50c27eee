// SPDX-License-Identifier: Apache-2.0
#include "integrations/integration_set.hpp"

#include <utility>

namespace postern::integrations {

Result<std::shared_ptr<const IntegrationSet>> IntegrationSet::load(
    const std::vector<PluginSpec>& plugins,
    const std::vector<lambda::FunctionSpec>& functions,
    const Hosts& hosts,
    const IntegrationSet* former)
{
    auto loaded_plugins =
        PluginSet::load(plugins, hosts.plugins.table(), former == nullptr ? nullptr : former->plugins_.get());
    if (!loaded_plugins) return loaded_plugins.error();
    auto loaded_functions = lambda::FunctionSet::load(
        hosts.functions, functions, former == nullptr ? nullptr : former->functions_.get());
    if (!loaded_functions) return loaded_functions.error();
    auto made = std::make_shared<IntegrationSet>(
        *std::move(loaded_plugins), *std::move(loaded_functions), hosts.plugins);
    for (const lambda::FunctionSpec& spec : functions) {
        made->function_handlers_.add(spec.function.function_name, spec.region, spec.arn, made->handlers_);
    }
    return std::shared_ptr<const IntegrationSet>(std::move(made));
}

IntegrationSet::IntegrationSet(std::shared_ptr<const PluginSet> plugins,
                               std::shared_ptr<const lambda::FunctionSet> functions,
                               const PluginHost& host)
    : plugins_(std::move(plugins)),
      functions_(std::move(functions)),
      function_handlers_(
          [this](std::string_view name, lambda::Invocation invocation, lambda::Done done) {
              functions_->invoke(name, std::move(invocation), std::move(done));
          },
          host)
{
    handlers_.add_all(plugins_->handlers());
}

}  // namespace postern::integrations
