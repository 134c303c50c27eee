// SPDX-License-Identifier: Apache-2.0
#include "integrations/handler_registry.hpp"

#include "catch.hpp"

using postern::integrations::Handler;
using postern::integrations::HandlerRegistry;

TEST_CASE("a handler is found by the name it was added with")
{
    HandlerRegistry registry;
    REQUIRE(registry.add({.name = "echo"}));
    REQUIRE(registry.add({.name = "chat.join", .is_blocking = true}));

    REQUIRE(registry.find("chat.join") != nullptr);
    CHECK(registry.find("chat.join")->name == "chat.join");
    CHECK(registry.find("chat.join")->is_blocking);
    CHECK(registry.find("echo") != nullptr);
    CHECK(registry.find("join") == nullptr);
    CHECK(registry.find("chat") == nullptr);
    CHECK(registry.find("") == nullptr);
    CHECK(registry.names() == std::vector<std::string>{"chat.join", "echo"});
}

TEST_CASE("a plugin's name alone means its default handler, unless a built-in has the name")
{
    HandlerRegistry registry;
    REQUIRE(registry.add({.name = "chat.default", .is_blocking = true}));
    REQUIRE(registry.find("chat") != nullptr);
    CHECK(registry.find("chat")->name == "chat.default");

    REQUIRE(registry.add({.name = "chat"}));
    CHECK(registry.find("chat")->name == "chat");
    CHECK(registry.find("chat.default")->name == "chat.default");
}

TEST_CASE("a name that is taken or malformed is refused")
{
    HandlerRegistry registry;
    REQUIRE(registry.add({.name = "chat.say", .is_blocking = true}));
    CHECK_FALSE(registry.add({.name = "chat.say"}));
    CHECK(registry.find("chat.say")->is_blocking);

    const std::string bad = GENERATE(
        as<std::string>{}, "", ".", "a.", ".a", "a..b", "a.b.c", "a b", "a/b", "a:b", "\xc3\xa9", "$connect");
    CAPTURE(bad);
    CHECK_FALSE(registry.add({.name = bad}));
    CHECK(registry.names().size() == 1);
}

TEST_CASE("an entry stays at its address while others are added")
{
    HandlerRegistry registry;
    REQUIRE(registry.add({.name = "m"}));
    const Handler* const first = registry.find("m");
    for (int i = 0; i < 100; ++i) REQUIRE(registry.add({.name = "x" + std::to_string(i)}));
    CHECK(registry.find("m") == first);
}
