// SPDX-License-Identifier: Apache-2.0
#include "integrations/plugin_library.hpp"

#include "catch.hpp"

#include <filesystem>
#include <string>
#include <vector>

using postern::ErrorKind;
using postern::integrations::Handler;
using postern::integrations::HandlerRegistry;
using postern::integrations::PluginLibrary;

namespace {

std::string copy(postern_text text)
{
    return {text.data, text.size};
}

/// The gateway's part of the host table: remembers what the plugin says.
struct Recorder {
    std::string last_body;
    std::string last_failure;
    std::vector<std::string> posts;

    postern_host table()
    {
        postern_host host{};
        host.context = this;
        host.reply = [](void* self, postern_token, const postern_reply* reply) {
            static_cast<Recorder*>(self)->last_body = copy(reply->body);
        };
        host.fail = [](void* self, postern_token, postern_text why) {
            static_cast<Recorder*>(self)->last_failure = copy(why);
        };
        host.post = [](void* self, postern_text id, postern_text data, postern_done_fn, void*) {
            static_cast<Recorder*>(self)->posts.push_back(copy(id) + ": " + copy(data));
        };
        return host;
    }
};

std::filesystem::path plugin_file(const std::string& name)
{
    return std::filesystem::path(POSTERN_TEST_PLUGINS) / (name + ".so");
}

/// What load() says about a shared object that it must refuse.
std::string refusal(const std::filesystem::path& file, ErrorKind kind = ErrorKind::BadInput)
{
    Recorder recorder;
    HandlerRegistry registry;
    const auto loaded = PluginLibrary::load("chat", file, "{}", recorder.table(), registry);
    REQUIRE(loaded.has_error());
    CHECK(loaded.error().kind == kind);
    CHECK(registry.names().empty());

    const std::string prefix = "plugin \"chat\" (" + file.string() + "): ";
    const std::string detail = loaded.error().detail;
    CHECK(detail.substr(0, prefix.size()) == prefix);
    return detail.substr(std::min(prefix.size(), detail.size()));
}

std::int32_t call(const Handler* handler, std::string_view body)
{
    REQUIRE(handler != nullptr);
    postern_event event{};
    event.size = sizeof event;
    event.event_type = POSTERN_MESSAGE;
    event.body = {body.data(), body.size()};
    return handler->invoke(handler->state, &event, {.home = 0, .call = 1});
}

}  // namespace

TEST_CASE("a C++ plugin registers its handlers under its configured name, and they run")
{
    Recorder recorder;
    HandlerRegistry registry;
    auto loaded =
        PluginLibrary::load("demo", plugin_file("sample"), R"({"lobby":"tea"})", recorder.table(), registry);
    REQUIRE(loaded.has_value());
    CHECK(loaded->name() == "demo");
    CHECK(loaded->title() == "sample");
    CHECK(loaded->version() == "1.2.3");
    CHECK(registry.names() ==
          std::vector<std::string>{"demo.default", "demo.echo", "demo.settings", "demo.slow", "demo.throw"});
    CHECK(registry.find("demo.slow")->is_blocking);
    CHECK_FALSE(registry.find("demo.echo")->is_blocking);

    CHECK(call(registry.find("demo.echo"), "hello") == 0);
    CHECK(recorder.last_body == "hello");
    CHECK(call(registry.find("demo.settings"), "") == 0);
    CHECK(recorder.last_body == R"({"lobby":"tea"})");
    CHECK(call(registry.find("demo"), "") == 0);
    CHECK(recorder.last_body == "the default");
    CHECK(call(registry.find("demo.throw"), "") != 0);
    CHECK(recorder.last_failure == "sample threw");

    // The host's functions still work while the plugin is destroyed; that happens once.
    CHECK(recorder.posts.empty());
    loaded->shutdown();
    loaded->shutdown();
    CHECK(recorder.posts == std::vector<std::string>{R"(the end: {"lobby":"tea"})"});
}

TEST_CASE("a plugin is destroyed with the object that holds it")
{
    Recorder recorder;
    HandlerRegistry registry;
    {
        auto loaded = PluginLibrary::load("demo", plugin_file("sample"), "", recorder.table(), registry);
        REQUIRE(loaded.has_value());
        std::vector<PluginLibrary> plugins;
        plugins.push_back(std::move(*loaded));
        CHECK(recorder.posts.empty());
        CHECK(call(registry.find("demo.echo"), "moved") == 0);
        CHECK(recorder.last_body == "moved");
    }
    CHECK(recorder.posts == std::vector<std::string>{"the end: {}"});
}

TEST_CASE("one shared object can serve two configured plugins, each with its own settings")
{
    Recorder recorder;
    HandlerRegistry registry;
    auto red = PluginLibrary::load("red", plugin_file("sample"), R"("red")", recorder.table(), registry);
    auto blue = PluginLibrary::load("blue", plugin_file("sample"), R"("blue")", recorder.table(), registry);
    REQUIRE(red.has_value());
    REQUIRE(blue.has_value());
    CHECK(call(registry.find("red.settings"), "") == 0);
    CHECK(recorder.last_body == R"("red")");
    CHECK(call(registry.find("blue.settings"), "") == 0);
    CHECK(recorder.last_body == R"("blue")");
}

TEST_CASE("a plugin in plain C loads and runs")
{
    Recorder recorder;
    HandlerRegistry registry;
    auto loaded = PluginLibrary::load("c", plugin_file("plain"), "{}", recorder.table(), registry);
    REQUIRE(loaded.has_value());
    CHECK(loaded->title() == "plain");
    CHECK(call(registry.find("c.shout"), "hello") == 0);
    CHECK(recorder.last_body == "HELLO");
    CHECK(call(registry.find("c.shout"), "") == 1);
}

TEST_CASE("a relative path counts from the working directory")
{
    Recorder recorder;
    HandlerRegistry registry;
    const auto relative = std::filesystem::relative(plugin_file("plain"));
    CHECK(PluginLibrary::load("c", relative, "{}", recorder.table(), registry).has_value());
}

TEST_CASE("a file that cannot be loaded is refused with its path and the reason")
{
    CHECK(refusal("/nowhere/chat.so", ErrorKind::Io) == "there is no such file");
    CHECK(refusal(POSTERN_SOURCE_DIR "/CMakeLists.txt", ErrorKind::Io).find("invalid ELF header") !=
          std::string::npos);
    CHECK_FALSE(refusal(POSTERN_TEST_PLUGINS, ErrorKind::Io).empty());
    CHECK(refusal(plugin_file("undefined"), ErrorKind::Io).find("postern_test_nobody_defines_this") !=
          std::string::npos);
}

TEST_CASE("a plugin of an older minor version of the interface is loaded")
{
    Recorder recorder;
    HandlerRegistry registry;
    CHECK(
        PluginLibrary::load("old", plugin_file("older_minor"), "{}", recorder.table(), registry).has_value());
}

TEST_CASE("a shared object that does not fit is refused, and nothing of it stays registered")
{
    CHECK(refusal(plugin_file("no_symbol")) ==
          "it does not export postern_plugin_query; a C++ plugin needs POSTERN_PLUGIN(...)");
    CHECK(refusal(plugin_file("no_description")) == "postern_plugin_query returned nothing");
    CHECK(refusal(plugin_file("wrong_magic")) == "not a Postern plugin (wrong magic number)");
    CHECK(refusal(plugin_file("newer_major")) ==
          "built for plugin interface 2.1, this gateway speaks 1.1; build it with this gateway's headers");
    CHECK(refusal(plugin_file("newer_minor")) ==
          "built for plugin interface 1.7, this gateway speaks 1.1; build it with this gateway's headers");
    CHECK(refusal(plugin_file("too_small")) ==
          "its description has 16 bytes, too few for plugin interface 1.1");
    CHECK(refusal(plugin_file("no_create")) == "it has no create() or no destroy()");
    CHECK(refusal(plugin_file("create_fails")) == "create failed: the lobby is closed");
    CHECK(refusal(plugin_file("create_fails_silently")) == "create failed: no reason given");
    CHECK(refusal(plugin_file("setup_throws")) == "create failed: settings.lobby is missing");
}

TEST_CASE("a handler name that somebody has already is refused")
{
    Recorder recorder;
    HandlerRegistry registry;

    SECTION("the same plugin name twice")
    {
        auto first = PluginLibrary::load("demo", plugin_file("sample"), "{}", recorder.table(), registry);
        REQUIRE(first.has_value());
        const auto second =
            PluginLibrary::load("demo", plugin_file("sample"), "{}", recorder.table(), registry);
        REQUIRE(second.has_error());
        CHECK(second.error().detail.find(R"(handler name "echo" is taken or malformed)") !=
              std::string::npos);
    }
    SECTION("a built-in would hide the default handler")
    {
        REQUIRE(registry.add({.name = "demo"}));
        const auto loaded =
            PluginLibrary::load("demo", plugin_file("sample"), "{}", recorder.table(), registry);
        REQUIRE(loaded.has_error());
        CHECK(loaded.error().detail.find(R"(handler name "default" is taken or malformed)") !=
              std::string::npos);
        CHECK(registry.names().size() == 1);
    }
    SECTION("a plugin name that cannot be part of a handler's name")
    {
        const auto loaded =
            PluginLibrary::load("de.mo", plugin_file("sample"), "{}", recorder.table(), registry);
        REQUIRE(loaded.has_error());
    }
}

TEST_CASE("a plugin that is part of the program is attached without a file")
{
    Recorder recorder;
    HandlerRegistry registry;
    static postern_host seen;
    static const postern_plugin plugin{
        .magic = POSTERN_PLUGIN_MAGIC,
        .abi_major = POSTERN_ABI_MAJOR,
        .abi_minor = POSTERN_ABI_MINOR,
        .size = sizeof(postern_plugin),
        .name = "static",
        .version = "1",
        .create = [](const postern_host* host, postern_text, void**, postern_text*) -> std::int32_t {
            seen = *host;
            const auto invoke = [](void*, const postern_event*, postern_token) { return std::int32_t{0}; };
            host->log(host->plugin, POSTERN_LOG_DEBUG, {"created", 7});
            return host->register_handler(host->plugin, {"here", 4}, 0, invoke, nullptr);
        },
        .destroy = [](void*) {}};
    const auto query = [](std::uint32_t, std::uint32_t) { return &plugin; };

    const auto attached = PluginLibrary::attach("", query, "{}", recorder.table(), registry);
    REQUIRE(attached.has_value());
    CHECK(registry.names() == std::vector<std::string>{"here"});

    CHECK(seen.size == sizeof(postern_host));
    CHECK(seen.abi_major == POSTERN_ABI_MAJOR);
    CHECK(seen.context == &recorder);
    // Registering is over once create() has returned.
    CHECK(seen.register_handler(seen.plugin, {"late", 4}, 0, registry.find("here")->invoke, nullptr) != 0);
    CHECK(registry.find("late") == nullptr);
}
