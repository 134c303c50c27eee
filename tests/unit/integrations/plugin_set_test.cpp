// SPDX-License-Identifier: Apache-2.0
#include "integrations/plugin_set.hpp"

#include "catch.hpp"

#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <string>
#include <vector>

using namespace postern;
using integrations::PluginSet;
using integrations::PluginSpec;

namespace {

/// The gateway's part of the host table: keeps what was replied and what plugins post when they end.
struct Host {
    std::string replied;
    std::vector<std::string> ended;

    postern_host table()
    {
        postern_host host{};
        host.context = this;
        host.reply = [](void* self, postern_token, const postern_reply* reply) {
            static_cast<Host*>(self)->replied = {reply->body.data, reply->body.size};
        };
        host.post = [](void* self, postern_text, postern_text data, postern_done_fn, void*) {
            static_cast<Host*>(self)->ended.emplace_back(data.data, data.size);
        };
        return host;
    }

    std::string ask(const PluginSet& set, std::string_view name)
    {
        const integrations::Handler* handler = set.handlers().find(name);
        REQUIRE(handler != nullptr);
        postern_event event{};
        event.size = sizeof event;
        event.event_type = POSTERN_MESSAGE;
        REQUIRE(handler->invoke(handler->state, &event, {0, 1}) == 0);
        return replied;
    }
};

std::filesystem::path library(const std::string& name)
{
    return std::filesystem::path(POSTERN_TEST_PLUGINS) / (name + ".so");
}

PluginSpec sample(const std::string& name, const std::string& settings)
{
    return {name, library("sample"), settings, nullptr};
}

/// A file that is replaced as an installer replaces it: another inode under the same name.
class Replaceable {
public:
    Replaceable()
    {
        char name[] = "/tmp/postern-plugin-set-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        directory_ = name;
    }
    ~Replaceable() { std::filesystem::remove_all(directory_); }
    Replaceable(const Replaceable&) = delete;
    Replaceable& operator=(const Replaceable&) = delete;

    std::filesystem::path path() const { return directory_ / "plugin.so"; }
    void become(const std::string& name) const
    {
        std::filesystem::copy_file(library(name), directory_ / "next");
        std::filesystem::rename(directory_ / "next", path());
    }

private:
    std::filesystem::path directory_;
};

}  // namespace

TEST_CASE("the next set shares the plugins that have not changed, and begins the others anew")
{
    Host host;
    auto first = PluginSet::load({sample("red", "1"), sample("blue", "1")}, host.table(), nullptr);
    REQUIRE(first.has_value());
    auto second = PluginSet::load(
        {sample("red", "1"), sample("blue", "2"), sample("new", "3")}, host.table(), first->get());
    REQUIRE(second.has_value());

    CHECK((*first)->handlers().find("red.echo")->state == (*second)->handlers().find("red.echo")->state);
    CHECK((*first)->handlers().find("blue.echo")->state != (*second)->handlers().find("blue.echo")->state);
    CHECK(host.ask(**first, "blue.settings") == "1");
    CHECK(host.ask(**second, "blue.settings") == "2");
    CHECK(host.ask(**second, "new.settings") == "3");
    CHECK((*first)->handlers().find("new.echo") == nullptr);

    SECTION("a plugin ends with the last set that has it")
    {
        first->reset();
        CHECK(host.ended == std::vector<std::string>{"1"});  // the former blue
        second->reset();
        CHECK(host.ended.size() == 4);
    }
    SECTION("at the end of the gateway each ends once")
    {
        (*first)->shutdown();
        (*second)->shutdown();
        CHECK(host.ended.size() == 4);
        first->reset();
        second->reset();
        CHECK(host.ended.size() == 4);
    }
}

TEST_CASE("a set that cannot be loaded leaves nothing of itself, and the former one goes on")
{
    Host host;
    const auto first = PluginSet::load({sample("red", "1")}, host.table(), nullptr);
    REQUIRE(first.has_value());
    const PluginSpec bad{"bad", library("create_fails"), "{}", nullptr};
    const auto second =
        PluginSet::load({sample("red", "1"), sample("new", "2"), bad}, host.table(), first->get());
    REQUIRE(second.has_error());
    CHECK(second.error().detail.find("plugin \"bad\"") == 0);
    CHECK(host.ended == std::vector<std::string>{"2"});
    CHECK(host.ask(**first, "red.settings") == "1");
}

TEST_CASE("a library that was replaced on disk is loaded in its new form, also when the first form failed")
{
    Host host;
    const Replaceable file;
    file.become("create_fails");
    const std::vector<PluginSpec> specs{{"it", file.path(), "{}", nullptr}};
    CHECK(PluginSet::load(specs, host.table(), nullptr).has_error());

    file.become("sample");
    const auto mended = PluginSet::load(specs, host.table(), nullptr);
    REQUIRE(mended.has_value());
    CHECK(host.ask(**mended, "it.default") == "the default");

    const auto same = PluginSet::load(specs, host.table(), mended->get());
    REQUIRE(same.has_value());
    CHECK((*same)->handlers().find("it.echo")->state == (*mended)->handlers().find("it.echo")->state);

    file.become("sample");  // the same bytes, but another file
    const auto again = PluginSet::load(specs, host.table(), same->get());
    REQUIRE(again.has_value());
    CHECK((*again)->handlers().find("it.echo")->state != (*same)->handlers().find("it.echo")->state);

    file.become("create_fails");
    CHECK(PluginSet::load(specs, host.table(), again->get()).has_error());
    CHECK(host.ask(**again, "it.default") == "the default");
}
