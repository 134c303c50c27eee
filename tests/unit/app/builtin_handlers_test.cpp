// SPDX-License-Identifier: Apache-2.0
#include "app/builtin_handlers.hpp"

#include "catch.hpp"
#include "integrations/plugin_set.hpp"

#include <postern/testing.hpp>

using postern::integrations::HandlerRegistry;
using postern::testing::Connection;
using postern::testing::Harness;

TEST_CASE("the built-in handlers do what they are there to show")
{
    Harness harness(&postern::app::builtin_plugin);
    const Connection ann{.id = "ann", .headers = {{"sec-websocket-protocol", " chat.v2 ,chat.v1"}}};
    const Connection bob{.id = "bob"};

    SECTION("echo")
    {
        CHECK(harness.connect("echo", ann).reply()->header("Sec-WebSocket-Protocol") == "chat.v2");
        CHECK(harness.connect("echo", bob).reply()->headers.empty());
        CHECK(harness.message("echo", "hello", ann).reply()->body == "hello");
        CHECK(harness.disconnect("echo", ann).reply()->body.empty());
    }
    SECTION("whoami")
    {
        const auto reply = harness.message("whoami", "hello", ann).reply();
        REQUIRE(reply.has_value());
        CHECK(reply->body.find(R"("eventType":"MESSAGE")") != std::string::npos);
    }
    SECTION("accept")
    {
        CHECK(harness.connect("accept", ann).reply()->header("Sec-WebSocket-Protocol") == "chat.v2");
        CHECK(harness.message("accept", "hello", ann).reply()->body.empty());
    }
    SECTION("reject")
    {
        const auto reply = harness.connect("reject", ann).reply();
        REQUIRE(reply.has_value());
        CHECK(reply->status_code == 403);
        CHECK(reply->body == R"({"message":"Rejected"})");
    }
    SECTION("silent")
    {
        CHECK(harness.message("silent", "hello", ann).is_pending());
    }
    SECTION("fail")
    {
        CHECK(harness.message("fail", "hello", ann).failure().has_value());
    }
}

TEST_CASE("the built-in handlers are registered under their bare names, and none of them blocks")
{
    const auto set =
        postern::integrations::PluginSet::load({{"", "", "{}", &postern::app::builtin_plugin}}, {}, nullptr);
    REQUIRE(set.has_value());
    const HandlerRegistry& registry = (*set)->handlers();
    for (const std::string& name : postern::app::builtin_handler_names()) {
        CAPTURE(name);
        REQUIRE(registry.find(name) != nullptr);
        CHECK_FALSE(registry.find(name)->is_blocking);
    }
    CHECK(registry.names().size() == postern::app::builtin_handler_names().size());
}
