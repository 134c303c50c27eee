// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/file_stamp.hpp"
#include "integrations/plugin_library.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace postern::integrations {

/// One plugin that a configuration names.
struct PluginSpec {
    std::string name;  ///< "" for the built-in handlers
    std::filesystem::path library;
    std::string settings;                     ///< JSON
    postern_plugin_query_fn query = nullptr;  ///< instead of `library`: part of this program
};

/// All plugins of one configuration and their handlers. The next configuration's set shares the plugins that
/// have not changed; a plugin ends with the last set that has it. Thread: made and freed on the main thread;
/// the handlers are read from any.
class PluginSet {
public:
    /// Loads what `former` (perhaps null) does not have already in this version, with these settings. New
    /// plugins are created while the old ones still serve. On an error nothing is left of what was loaded.
    static Result<std::shared_ptr<const PluginSet>> load(const std::vector<PluginSpec>& specs,
                                                         const postern_host& host,
                                                         const PluginSet* former);

    const HandlerRegistry& handlers() const { return handlers_; }

    /// Ends all of its plugins, also those that another set shares: the gateway is ending.
    void shutdown() const;

private:
    struct Member {
        PluginSpec spec;
        FileStamp stamp;
        std::shared_ptr<PluginLibrary> library;
    };

    Result<void> add(const PluginSpec& spec, const postern_host& host, const PluginSet* former);

    std::vector<Member> members_;
    HandlerRegistry handlers_;
};

}  // namespace postern::integrations
