// SPDX-License-Identifier: Apache-2.0
#include "integrations/plugin_set.hpp"

#include "core/check.hpp"
#include "core/log.hpp"

#include <algorithm>
#include <utility>

namespace postern::integrations {

Result<std::shared_ptr<const PluginSet>> PluginSet::load(const std::vector<PluginSpec>& specs,
                                                         const postern_host& host,
                                                         const PluginSet* former)
{
    auto made = std::make_shared<PluginSet>();
    for (const PluginSpec& spec : specs) {
        const Result<void> added = made->add(spec, host, former);
        if (!added) return added.error();
    }
    return std::shared_ptr<const PluginSet>(std::move(made));
}

Result<void> PluginSet::add(const PluginSpec& spec, const postern_host& host, const PluginSet* former)
{
    const FileStamp stamp = spec.query == nullptr ? FileStamp::of(spec.library.string()) : FileStamp();
    if (former != nullptr) {
        const auto same =
            std::find_if(former->members_.begin(), former->members_.end(), [&](const Member& member) {
                return member.spec.name == spec.name && member.spec.library == spec.library &&
                       member.spec.settings == spec.settings && member.stamp == stamp;
            });
        if (same != former->members_.end()) {
            const HandlerRegistry& own = same->library->handlers();
            for (const std::string& name : own.names()) POSTERN_CHECK(handlers_.add(*own.find(name)));
            members_.push_back(*same);
            return {};
        }
    }
    Result<PluginLibrary> library =
        spec.query != nullptr ? PluginLibrary::attach(spec.name, spec.query, spec.settings, host, handlers_)
                              : PluginLibrary::load(spec.name, spec.library, spec.settings, host, handlers_);
    if (!library) return library.error();
    if (spec.query == nullptr) {
        log::info("plugin.loaded",
                  {{"name", spec.name}, {"title", library->title()}, {"version", library->version()}});
    }
    members_.push_back({spec, stamp, std::make_shared<PluginLibrary>(*std::move(library))});
    return {};
}

void PluginSet::shutdown() const
{
    for (const Member& member : members_) member.library->shutdown();
}

}  // namespace postern::integrations
