// SPDX-License-Identifier: Apache-2.0
#include "integrations/plugin_library.hpp"

#include "core/check.hpp"
#include "core/file_stamp.hpp"
#include "core/log.hpp"

#include <cstddef>
#include <dlfcn.h>
#include <fstream>
#include <map>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace postern::integrations {
namespace {

constexpr const char* kQuerySymbol = "postern_plugin_query";

std::string_view view(postern_text text)
{
    return text.data == nullptr ? std::string_view{} : std::string_view(text.data, text.size);
}

std::string_view text_or_empty(const char* text)
{
    return text == nullptr ? std::string_view{} : text;
}

std::string interface_version(std::uint32_t major, std::uint32_t minor)
{
    return std::to_string(major) + "." + std::to_string(minor);
}

/// Why this plugin cannot be used; empty when it can. Reads nothing that the checks so far have not vouched
/// for.
std::string mismatch(const postern_plugin* plugin)
{
    if (plugin == nullptr) return std::string(kQuerySymbol) + " returned nothing";
    if (plugin->magic != POSTERN_PLUGIN_MAGIC) return "not a Postern plugin (wrong magic number)";
    if (plugin->abi_major != POSTERN_ABI_MAJOR || plugin->abi_minor > POSTERN_ABI_MINOR)
        return "built for plugin interface " + interface_version(plugin->abi_major, plugin->abi_minor) +
               ", this gateway speaks " + interface_version(POSTERN_ABI_MAJOR, POSTERN_ABI_MINOR) +
               "; build it with this gateway's headers";
    if (plugin->size < offsetof(postern_plugin, destroy) + sizeof(plugin->destroy))
        return "its description has " + std::to_string(plugin->size) +
               " bytes, too few for plugin interface " +
               interface_version(plugin->abi_major, plugin->abi_minor);
    if (plugin->create == nullptr || plugin->destroy == nullptr) return "it has no create() or no destroy()";
    return {};
}

std::string label_of(std::string_view name, const std::filesystem::path& file)
{
    return "plugin \"" + std::string(name) + "\" (" + file.string() + ")";
}

/// A copy in memory; "" when that fails. Its descriptor stays open for good: the number is its name.
std::string copy_of(const std::filesystem::path& file)
{
    const int copy = memfd_create("postern-plugin", MFD_CLOEXEC);
    if (copy < 0) return {};
    std::string name = "/proc/self/fd/" + std::to_string(copy);
    std::ifstream source(file, std::ios::binary);
    std::ofstream target(name, std::ios::binary);
    if (source && target << source.rdbuf() && target.flush()) return name;
    ::close(copy);
    return {};
}

/// The name under which dlopen gives out this version of the file. It knows shared objects by their names,
/// and nothing is ever unloaded: a file that was replaced since it was opened needs another one. Main thread.
std::string name_for_dlopen(const std::filesystem::path& file)
{
    static std::map<std::string, FileStamp> opened;
    const FileStamp stamp = FileStamp::of(file);
    const auto known = opened.try_emplace(file, stamp).first;
    return known->second == stamp ? file.string() : copy_of(file);
}

}  // namespace

/// What the plugin's host table points at. Stays at its address, which the plugin keeps.
struct PluginLibrary::Attachment {
    std::string name;
    std::string_view title;    ///< static storage of the plugin
    std::string_view version;  ///< likewise
    postern_host host{};
    const postern_plugin* plugin = nullptr;  ///< null after destroy()
    void* state = nullptr;

    const HandlerRegistry* taken = nullptr;  ///< during create() only
    HandlerRegistry registered;

    std::string full_name(std::string_view handler) const
    {
        return name.empty() ? std::string(handler) : name + "." + std::string(handler);
    }

    bool may_take(const std::string& handler) const
    {
        // A built-in called like the plugin would hide the handler that "plugin:NAME" is short for.
        const bool is_hidden = !name.empty() && handler == name + ".default" && taken->find(name) != nullptr;
        return taken->find(handler) == nullptr && !is_hidden;
    }

    static std::int32_t register_handler(
        void* self, postern_text handler, std::uint32_t blocking, postern_invoke_fn invoke, void* state)
    {
        auto& attachment = *static_cast<Attachment*>(self);
        if (attachment.taken == nullptr || invoke == nullptr) return 1;
        std::string full_name = attachment.full_name(view(handler));
        if (!attachment.may_take(full_name)) return 1;
        const bool is_added = attachment.registered.add(
            {.name = std::move(full_name), .is_blocking = blocking != 0, .invoke = invoke, .state = state});
        return is_added ? 0 : 1;
    }

    static void log(void* self, std::int32_t level, postern_text message)
    {
        using Write = void (*)(std::string_view, postern::log::Fields);
        static constexpr std::pair<postern::log::Level, Write> kLevels[] = {
            {postern::log::Level::Debug, &postern::log::debug},
            {postern::log::Level::Info, &postern::log::info},
            {postern::log::Level::Warn, &postern::log::warn},
            {postern::log::Level::Error, &postern::log::error}};
        static_assert(POSTERN_LOG_DEBUG == 0 && POSTERN_LOG_ERROR == std::size(kLevels) - 1);

        const std::string& name = static_cast<Attachment*>(self)->name;
        const auto& [line_level, write] =
            kLevels[std::clamp<std::int32_t>(level, POSTERN_LOG_DEBUG, POSTERN_LOG_ERROR)];
        if (postern::log::is_enabled(line_level))
            write("plugin.log", {{"plugin", name}, {"message", view(message)}});
    }
};

Result<PluginLibrary> PluginLibrary::create(std::string_view name,
                                            std::string label,
                                            postern_plugin_query_fn query,
                                            std::string_view settings_json,
                                            const postern_host& host,
                                            HandlerRegistry& registry)
{
    const postern_plugin* const plugin = query(POSTERN_ABI_MAJOR, POSTERN_ABI_MINOR);
    if (const std::string why = mismatch(plugin); !why.empty())
        return Error(ErrorKind::BadInput, label + ": " + why);

    auto attachment = std::make_unique<Attachment>();
    attachment->name = name;
    attachment->title = text_or_empty(plugin->name);
    attachment->version = text_or_empty(plugin->version);
    attachment->plugin = plugin;
    attachment->taken = &registry;
    attachment->host = host;
    attachment->host.size = sizeof(postern_host);
    attachment->host.abi_major = POSTERN_ABI_MAJOR;
    attachment->host.abi_minor = POSTERN_ABI_MINOR;
    attachment->host.plugin = attachment.get();
    attachment->host.register_handler = &Attachment::register_handler;
    attachment->host.log = &Attachment::log;

    postern_text error{};
    if (settings_json.empty()) settings_json = "{}";
    const postern_text settings{settings_json.data(), settings_json.size()};
    const std::int32_t failed = plugin->create(&attachment->host, settings, &attachment->state, &error);
    attachment->taken = nullptr;
    if (failed != 0) {
        const std::string_view why = view(error);
        return Error(ErrorKind::BadInput,
                     label + ": create failed: " + std::string(why.empty() ? "no reason given" : why));
    }
    for (const std::string& handler : attachment->registered.names())
        POSTERN_CHECK(registry.add(*attachment->registered.find(handler)));
    return PluginLibrary(std::move(attachment));
}

Result<PluginLibrary> PluginLibrary::load(std::string_view name,
                                          const std::filesystem::path& path,
                                          std::string_view settings_json,
                                          const postern_host& host,
                                          HandlerRegistry& registry)
{
    const std::filesystem::path file = std::filesystem::absolute(path).lexically_normal();
    const std::string label = label_of(name, file);
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        return Error(ErrorKind::Io, label + ": there is no such file");
    const std::string opened_as = name_for_dlopen(file);
    if (opened_as.empty()) {
        return Error(ErrorKind::Io, label + ": cannot be copied to be loaded beside its former version");
    }

    // NOW: a missing symbol is an error here, not a crash in some handler. LOCAL: plugins do not see each
    // other's symbols.
    void* const library = dlopen(opened_as.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return Error(ErrorKind::Io, label + ": " + std::string(text_or_empty(dlerror())));
    auto* const query = reinterpret_cast<postern_plugin_query_fn>(dlsym(library, kQuerySymbol));
    if (query == nullptr)
        return Error(
            ErrorKind::BadInput,
            label + ": it does not export " + kQuerySymbol + "; a C++ plugin needs POSTERN_PLUGIN(...)");
    return create(name, label, query, settings_json, host, registry);
}

Result<PluginLibrary> PluginLibrary::attach(std::string_view name,
                                            postern_plugin_query_fn query,
                                            std::string_view settings_json,
                                            const postern_host& host,
                                            HandlerRegistry& registry)
{
    std::string label = name.empty() ? "the built-in handlers" : "plugin \"" + std::string(name) + "\"";
    return create(name, label, query, settings_json, host, registry);
}

PluginLibrary::PluginLibrary(std::unique_ptr<Attachment> attachment) : attachment_(std::move(attachment)) {}
PluginLibrary::PluginLibrary(PluginLibrary&& other) noexcept = default;

PluginLibrary& PluginLibrary::operator=(PluginLibrary&& other) noexcept
{
    shutdown();
    attachment_ = std::move(other.attachment_);
    return *this;
}

PluginLibrary::~PluginLibrary()
{
    shutdown();
}

void PluginLibrary::shutdown()
{
    if (attachment_ == nullptr || attachment_->plugin == nullptr) return;
    std::exchange(attachment_->plugin, nullptr)->destroy(attachment_->state);
}

const HandlerRegistry& PluginLibrary::handlers() const
{
    return attachment_->registered;
}
const std::string& PluginLibrary::name() const
{
    return attachment_->name;
}
std::string_view PluginLibrary::title() const
{
    return attachment_->title;
}
std::string_view PluginLibrary::version() const
{
    return attachment_->version;
}

}  // namespace postern::integrations
