// SPDX-License-Identifier: Apache-2.0
#include <postern/plugin.hpp>

#include <memory>
#include <stdexcept>
#include <string>

// A plugin as a user would write it: state, settings, every kind of handler.
namespace {

/// Says goodbye through the host when the plugin is destroyed.
class Sample {
public:
    explicit Sample(const postern::Setup& setup)
        : connections_(setup.connections()), settings_(setup.settings())
    {}
    ~Sample() { connections_.post("the end", settings_); }

    const std::string& settings() const { return settings_; }

private:
    postern::Connections connections_;
    std::string settings_;
};

void setup(postern::Setup& setup)
{
    const auto sample = std::make_shared<Sample>(setup);
    setup.on("echo", [](const postern::Event& event, postern::Reply reply) { reply.send(event.body()); });
    setup.on("settings",
             [sample](const postern::Event&, postern::Reply reply) { reply.send(sample->settings()); });
    setup.on("default", [](const postern::Event&, postern::Reply reply) { reply.send("the default"); });
    setup.on("throw",
             [](const postern::Event&, postern::Reply) { throw std::runtime_error("sample threw"); });
    setup.on_blocking("slow", [](const postern::Event&, postern::Reply reply) { reply.nothing(); });
    setup.log().info("sample is set up");
}

}  // namespace

POSTERN_PLUGIN("sample", "1.2.3", setup)
