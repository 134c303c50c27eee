// SPDX-License-Identifier: Apache-2.0
#include "app/reloader.hpp"

#include "core/log.hpp"

#include <utility>

namespace postern::app {

Reloader::Reloader(
    Application& application, Load load, std::string file, std::vector<std::string> others, bool watches)
    : application_(application),
      load_(std::move(load)),
      file_(std::move(file)),
      others_(std::move(others)),
      watches_(watches),
      loaded_(stamps())
{}

std::vector<std::string> Reloader::reload(std::string_view why)
{
    const Stamps before = stamps();
    std::vector<std::string> reasons = try_reload();
    loaded_ = stamps();
    // What changed while it was being read is read again.
    for (auto& [file, stamp] : loaded_.files) {
        const auto known = before.files.find(file);
        if (known != before.files.end()) stamp = known->second;
    }
    application_.note_reload(reasons);
    for (const std::string& reason : reasons) log::warn("reload.problem", {{"reason", reason}});
    if (!reasons.empty()) {
        log::warn("reload.refused", {{"why", why}, {"problems", reasons.size()}});
    } else {
        log::configure(application_.settings().log_level, application_.settings().log_format);
        log::info("reload.done", {{"why", why}});
    }
    return reasons;
}

std::vector<std::string> Reloader::try_reload()
{
    config::Loaded loaded = load_();
    others_ = std::move(loaded.files);
    std::vector<std::string> reasons;
    for (const config::Diagnostic& problem : loaded.problems) reasons.push_back(config::to_string(problem));
    if (!reasons.empty()) return reasons;
    // Also those of a configuration that is refused, which may be for want of them.
    for (const auto& [name, plugin] : loaded.settings.plugins) others_.push_back(plugin.library);
    const Result<void> reloaded = application_.reload(loaded.settings);
    if (!reloaded) reasons.push_back(reloaded.error().detail);
    return reasons;
}

bool Reloader::has_changed()
{
    const Stamps now = stamps();
    const bool is_settled = now == std::exchange(seen_, now);
    return is_settled && now != loaded_;
}

Reloader::Stamps Reloader::stamps() const
{
    Stamps stamps;
    if (!watches_) return stamps;
    if (!file_.empty()) stamps.files[file_] = FileStamp::of(file_);
    for (const std::string& other : others_) stamps.files[other] = FileStamp::of(other);
    for (const auto& [name, plugin] : application_.settings().plugins) {
        stamps.files[plugin.library] = FileStamp::of(plugin.library);
    }
    stamps.code = application_.function_code();
    return stamps;
}

}  // namespace postern::app
