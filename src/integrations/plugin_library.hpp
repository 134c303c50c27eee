// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "integrations/handler_registry.hpp"

#include <postern/plugin.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace postern::integrations {

/// One plugin that has been created, and the host table it calls. Its code is never unloaded: threads,
/// thread-locals and exit handlers of its own may still refer to it. Thread: main. Handlers and the table are
/// used from every thread; see <postern/plugin.h>.
///
/// The table that the plugin gets is `host` with these members set here: size and version, `plugin`,
/// register_handler (works during create() only) and log. The rest, `context` included, is the caller's and
/// is called without a detour.
class PluginLibrary {
public:
    /// Opens the shared object (a relative `path` counts from the working directory), checks that it speaks
    /// our interface and creates the plugin. Its handlers appear in `registry` as "NAME.HANDLER", all of them
    /// or, on an error, none. The error's detail names the plugin, the file and what is wrong with it. A file
    /// that was replaced since the process opened it is loaded beside its former version.
    static Result<PluginLibrary> load(std::string_view name,
                                      const std::filesystem::path& path,
                                      std::string_view settings_json,
                                      const postern_host& host,
                                      HandlerRegistry& registry);

    /// The same for a plugin that is part of this program. With an empty `name` the handlers keep their bare
    /// names.
    static Result<PluginLibrary> attach(std::string_view name,
                                        postern_plugin_query_fn query,
                                        std::string_view settings_json,
                                        const postern_host& host,
                                        HandlerRegistry& registry);

    PluginLibrary(PluginLibrary&& other) noexcept;
    PluginLibrary& operator=(PluginLibrary&& other) noexcept;
    ~PluginLibrary();

    /// destroy(), once; also what the destructor does. No handler may be called any more, but the host's
    /// functions still work.
    void shutdown();

    const HandlerRegistry& handlers() const;  ///< under their full names
    const std::string& name() const;          ///< as configured
    std::string_view title() const;           ///< the plugin's name for itself
    std::string_view version() const;         ///< the plugin's own version

private:
    struct Attachment;
    explicit PluginLibrary(std::unique_ptr<Attachment> attachment);

    static Result<PluginLibrary> create(std::string_view name,
                                        std::string label,
                                        postern_plugin_query_fn query,
                                        std::string_view settings_json,
                                        const postern_host& host,
                                        HandlerRegistry& registry);

    std::unique_ptr<Attachment> attachment_;
};

}  // namespace postern::integrations
