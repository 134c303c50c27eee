// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "unit/sdk/test_plugin.hpp"

#include <postern/plugin.hpp>

#include <fstream>
#include <sstream>
#include <thread>

using postern::ConnectionResult;
using postern::Event;
using postern::Reply;
using postern::testing::Connection;
using postern::testing::Harness;

namespace {

const Connection kAnn{.id = "ann"};

void setup_groups(postern::Setup& setup)
{
    const auto connections = setup.connections();
    const auto answer = [](Reply reply) {
        return [reply](ConnectionResult result) { reply.send(std::to_string(static_cast<int>(result))); };
    };
    const auto count = [](Reply reply) {
        return [reply](ConnectionResult result, std::uint64_t told) {
            reply.send(std::to_string(static_cast<int>(result)) + " " + std::to_string(told));
        };
    };
    setup.on("join", [=](const Event& event, Reply reply) {
        connections.join(event.connection_id(), "lobby");
        if (event.query("refuse")) return reply.refuse();
        reply.accept();
    });
    setup.on("join_named", [=](const Event& event, Reply reply) {
        connections.join(event.connection_id(), event.body(), answer(reply));
    });
    setup.on("leave", [=](const Event& event, Reply reply) {
        connections.leave(event.connection_id(), "lobby", answer(reply));
    });
    setup.on("tell_all", [=](const Event& event, Reply reply) {
        connections.broadcast(event.api_id(), "lobby", event.body(), {}, count(reply));
    });
    setup.on("tell_others", [=](const Event& event, Reply reply) {
        const std::vector<std::string> sender{std::string(event.connection_id())};
        connections.broadcast(event.api_id(), "lobby", event.body(), sender, count(reply));
    });
    setup.on("gone", [](const Event&, Reply reply) { reply.nothing(); });
}

void setup_replies(postern::Setup& setup)
{
    setup.on("send", [](const Event& event, Reply reply) { reply.send(event.body(), 201); });
    setup.on("binary", [](const Event&, Reply reply) { reply.send_binary("\x01\x02"); });
    setup.on("nothing", [](const Event&, Reply reply) { reply.nothing(); });
    setup.on("accept", [](const Event&, Reply reply) { reply.accept(); });
    setup.on("protocol", [](const Event&, Reply reply) { reply.accept("chat.v2"); });
    setup.on("refuse", [](const Event&, Reply reply) {
        reply.refuse(401, "who are you", {{"WWW-Authenticate", "Bearer"}, {"X-Why", "token"}});
    });
    setup.on("fail", [](const Event&, Reply reply) { reply.fail("the database is away"); });
    setup.on("throw", [](const Event&, Reply) { throw std::runtime_error("out of cheese"); });
    setup.on("throw_int", [](const Event&, Reply) { throw 7; });
    setup.on("never", [](const Event&, Reply) {});
    setup.on("twice", [](const Event&, Reply reply) {
        reply.send("first");
        reply.send("second");
        throw std::runtime_error("too late");
    });
    setup.on("odd_status", [](const Event&, Reply reply) { reply.send("x", 42); });
    setup.on_blocking("blocking", [](const Event&, Reply reply) { reply.nothing(); });
}

void setup_that_throws(postern::Setup& setup)
{
    setup.on("fine", [](const Event&, Reply) {});
    throw std::runtime_error("no lobby in the settings: " + std::string(setup.settings()));
}
void setup_that_throws_an_int(postern::Setup&)
{
    throw 7;
}
void setup_with_a_name_twice(postern::Setup& setup)
{
    setup.on("same", [](const Event&, Reply) {});
    setup.on("same", [](const Event&, Reply) {});
}
void setup_with_a_bad_name(postern::Setup& setup)
{
    setup.on("a b", [](const Event&, Reply) {});
}
void setup_with_an_empty_handler(postern::Setup& setup)
{
    setup.on("empty", nullptr);
}

std::string error_of(postern_plugin_query_fn query, std::string_view settings = "{}")
{
    try {
        Harness harness(query, settings);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "none";
}

void setup_connections(postern::Setup& setup)
{
    const postern::Connections connections = setup.connections();
    const postern::Log log = setup.log();
    setup.on("post", [connections, log](const Event& event, Reply reply) {
        connections.post(event.body(), "hello", [log, reply](ConnectionResult result) {
            log.info("posted: " + std::to_string(static_cast<int>(result)));
            reply.nothing();
        });
    });
    setup.on("post_big", [connections](const Event& event, Reply reply) {
        connections.post(
            event.connection_id(), std::string(128 * 1024 + 1, 'x'), [reply](ConnectionResult result) {
                reply.send(result == ConnectionResult::PayloadTooLarge ? "too large" : "?");
            });
    });
    setup.on("post_blind", [connections](const Event& event, Reply reply) {
        connections.post(event.connection_id(), event.body());
        reply.nothing();
    });
    setup.on("get", [connections](const Event& event, Reply reply) {
        connections.get(event.body(), [reply](ConnectionResult result, const postern::ConnectionInfo& info) {
            reply.send(std::to_string(static_cast<int>(result)) + " " + std::string(info.source_ip) + " " +
                       std::string(info.user_agent.value_or("-")) +
                       (info.connected_at > postern::Time{} ? " at" : ""));
        });
    });
    setup.on("remove", [connections](const Event& event, Reply reply) {
        connections.remove(event.body(), [reply](ConnectionResult result) {
            reply.send(result == ConnectionResult::Delivered ? "removed" : "gone");
        });
    });
    setup.on("bad_callback", [connections](const Event& event, Reply reply) {
        connections.post(
            event.connection_id(), "x", [](ConnectionResult) { throw std::runtime_error("in callback"); });
        connections.remove(event.connection_id());
        reply.nothing();
    });
}

/// A handler whose answer another thread gives; joined when the plugin is destroyed.
void setup_later(postern::Setup& setup)
{
    struct Worker {
        std::vector<std::jthread> threads;
    };
    const auto worker = std::make_shared<Worker>();
    setup.on("later", [worker, connections = setup.connections()](const Event& event, Reply reply) {
        worker->threads.emplace_back(
            [reply, connections, body = std::string(event.body()), id = std::string(event.connection_id())] {
                connections.post(id, "posted " + body);
                reply.send("later " + body);
            });
    });
}

/// Calls everything with a callback, and gives none. The C++ face leaves out what would have no effect.
std::int32_t create_without_callbacks(const postern_host* host, postern_text, void**, postern_text*)
{
    const postern_text word{"ann", 3};
    host->post(host->context, word, word, nullptr, nullptr);
    host->get(host->context, word, nullptr, nullptr);
    host->remove(host->context, word, nullptr, nullptr);
    host->join(host->context, word, word, nullptr, nullptr);
    host->leave(host->context, word, word, nullptr, nullptr);
    host->broadcast(host->context, word, word, word, nullptr, 0, nullptr, nullptr);
    return 0;
}

const postern_plugin* query_without_callbacks(std::uint32_t, std::uint32_t)
{
    static const postern_plugin plugin{.magic = POSTERN_PLUGIN_MAGIC,
                                       .abi_major = POSTERN_ABI_MAJOR,
                                       .abi_minor = POSTERN_ABI_MINOR,
                                       .size = sizeof(postern_plugin),
                                       .name = "test",
                                       .version = "1.2.3",
                                       .create = &create_without_callbacks,
                                       .destroy = [](void*) {}};
    return &plugin;
}

}  // namespace

TEST_CASE("who gives the harness no callback is not called back")
{
    Harness harness(&query_without_callbacks, "{}");
    CHECK(harness.handlers().empty());
}

TEST_CASE("each way to complete an event arrives at the host")
{
    Harness harness(&query_of<setup_replies>);

    SECTION("a body with a status")
    {
        const auto reply = harness.message("send", "hello", kAnn).reply();
        REQUIRE(reply.has_value());
        CHECK(reply->status_code == 201);
        CHECK(reply->body == "hello");
        CHECK_FALSE(reply->is_binary);
        CHECK(reply->headers.empty());
    }
    SECTION("a binary body")
    {
        const auto reply = harness.message("binary", "", kAnn).reply();
        REQUIRE(reply.has_value());
        CHECK(reply->is_binary);
        CHECK(reply->body == "\x01\x02");
    }
    SECTION("nothing is 200 without a body")
    {
        const auto reply = harness.message("nothing", "", kAnn).reply();
        REQUIRE(reply.has_value());
        CHECK(reply->status_code == 200);
        CHECK(reply->body.empty());
    }
    SECTION("an accepted client, with and without a subprotocol")
    {
        CHECK(harness.connect("accept", kAnn).is_accepted());
        CHECK(harness.connect("accept", kAnn).reply()->headers.empty());
        CHECK(harness.connect("protocol", kAnn).reply()->header("sec-websocket-protocol") == "chat.v2");
    }
    SECTION("a refused client")
    {
        const auto outcome = harness.connect("refuse", kAnn);
        CHECK_FALSE(outcome.is_accepted());
        const auto reply = outcome.reply();
        REQUIRE(reply.has_value());
        CHECK(reply->status_code == 401);
        CHECK(reply->body == "who are you");
        CHECK(reply->header("www-authenticate") == "Bearer");
        CHECK(reply->header("x-why") == "token");
        CHECK_FALSE(reply->header("x-other").has_value());
    }
    SECTION("a failure, said or thrown")
    {
        CHECK(harness.message("fail", "", kAnn).failure() == "the database is away");
        CHECK(harness.message("throw", "", kAnn).failure() == "out of cheese");
        CHECK(harness.message("throw_int", "", kAnn).failure() ==
              "the handler threw something that is not a std::exception");
        CHECK(harness.message("odd_status", "", kAnn).failure() ==
              "status code 42 is not between 100 and 599");
    }
    SECTION("no answer stays pending")
    {
        const auto outcome = harness.message("never", "", kAnn);
        CHECK(outcome.is_pending());
        CHECK_FALSE(outcome.reply().has_value());
        CHECK_FALSE(outcome.failure().has_value());
        CHECK_FALSE(outcome.wait(std::chrono::milliseconds(0)));
    }
    SECTION("the first answer counts")
    {
        const auto outcome = harness.message("twice", "", kAnn);
        CHECK(outcome.reply()->body == "first");
        CHECK_FALSE(outcome.failure().has_value());
    }
}

TEST_CASE("setup says which handlers may block")
{
    Harness harness(&query_of<setup_replies>);
    CHECK(harness.is_blocking("blocking"));
    CHECK_FALSE(harness.is_blocking("send"));
    CHECK(harness.handlers().size() == 13);
    CHECK_THROWS_AS(harness.message("sned", "", kAnn), std::invalid_argument);
}

TEST_CASE("what goes wrong in setup becomes the error of create")
{
    CHECK(error_of(&query_of<setup_that_throws>, R"({"x":1})") == R"(no lobby in the settings: {"x":1})");
    CHECK(error_of(&query_of<setup_that_throws_an_int>) ==
          "setup threw something that is not a std::exception");
    CHECK(error_of(&query_of<setup_with_a_name_twice>) == R"(handler name "same" is taken or malformed)");
    CHECK(error_of(&query_of<setup_with_a_bad_name>) == R"(handler name "a b" is taken or malformed)");
    CHECK(error_of(&query_of<setup_with_an_empty_handler>) == R"(handler "empty" is empty)");
}

TEST_CASE("a plugin posts to those who are connected")
{
    Harness harness(&query_of<setup_connections>);
    const Connection bob{.id = "bob", .source_ip = "203.0.113.9", .user_agent = "probe"};
    harness.message("post_blind", "welcome", bob);
    CHECK(harness.posts() == std::vector<postern::testing::Post>{{"bob", "welcome"}});
    harness.clear_posts();

    SECTION("post, and its outcome")
    {
        CHECK(harness.message("post", "bob", kAnn).is_accepted());
        CHECK(harness.message("post", "nobody", kAnn).is_accepted());
        harness.set_post_result("bob", ConnectionResult::LimitExceeded);
        harness.message("post", "bob", kAnn);
        CHECK(harness.posts_to("bob") == std::vector<std::string>{"hello"});
        std::string lines;
        for (const auto& line : harness.log_lines()) lines += line.message + ";";
        CHECK(lines == "posted: 0;posted: 1;posted: 3;");
        CHECK(harness.message("post_big", "", bob).reply()->body == "?");
        CHECK(harness.message("post_big", "", kAnn).reply()->body == "too large");
    }
    SECTION("get")
    {
        CHECK(harness.message("get", "bob", kAnn).reply()->body == "0 203.0.113.9 probe at");
        CHECK(harness.message("get", "ann", kAnn).reply()->body == "0 127.0.0.1 - at");
        CHECK(harness.message("get", "nobody", kAnn).reply()->body == "1  -");
        CHECK(harness.message("get", "", kAnn).reply()->body == "4  -");
    }
    SECTION("remove, once")
    {
        CHECK(harness.message("remove", "bob", kAnn).reply()->body == "removed");
        CHECK(harness.message("remove", "bob", kAnn).reply()->body == "gone");
        CHECK(harness.removed() == std::vector<std::string>{"bob"});
    }
    SECTION("a callback that throws is logged and harms nobody")
    {
        CHECK(harness.message("bad_callback", "", bob).is_accepted());
        REQUIRE(harness.log_lines().size() == 1);
        CHECK(harness.log_lines()[0].level == POSTERN_LOG_ERROR);
        CHECK(harness.log_lines()[0].message == "in callback");
    }
}

TEST_CASE("a client can be posted to after it was accepted and until it has left")
{
    Harness harness(&query_of<setup_connections>);
    Harness replies(&query_of<setup_replies>);

    harness.connect("post_blind", kAnn);
    CHECK(harness.posts().empty());  // not yet accepted when its own $connect ran
    harness.message("post", "ann", {.id = "bob"});
    CHECK(harness.posts_to("ann").size() == 1);
    harness.disconnect("post_blind", kAnn);
    CHECK(harness.posts_to("ann").size() == 1);
}

TEST_CASE("a plugin joins connections to groups and sends to all of one")
{
    Harness harness(&query_of<setup_groups>);
    const Connection bob{.id = "bob"};
    const Connection eve{.id = "eve", .query = {{"refuse", "1"}}};
    CHECK(harness.connect("join", kAnn).is_accepted());  // inside $connect already
    CHECK(harness.connect("join", bob).is_accepted());
    CHECK_FALSE(harness.connect("join", eve).is_accepted());
    CHECK(harness.group("lobby") == std::vector<std::string>{"ann", "bob"});

    CHECK(harness.message("tell_all", "hello", kAnn).reply()->body == "0 2");
    CHECK(harness.message("tell_others", "hi", kAnn).reply()->body == "0 1");
    CHECK(harness.posts_to("ann") == std::vector<std::string>{"hello"});
    CHECK(harness.posts_to("bob") == std::vector<std::string>{"hello", "hi"});
    CHECK(harness.message("tell_all", std::string(128 * 1024 + 1, 'x'), kAnn).reply()->body == "2 0");

    CHECK(harness.message("leave", "", bob).reply()->body == "0");
    CHECK(harness.message("tell_all", "hello", kAnn).reply()->body == "0 1");
    harness.set_post_result("ann", ConnectionResult::LimitExceeded);
    CHECK(harness.message("tell_all", "hello", kAnn).reply()->body == "0 0");
    harness.disconnect("gone", kAnn);
    CHECK(harness.group("lobby").empty());
}

TEST_CASE("what cannot be done with a group is told")
{
    Harness harness(&query_of<setup_groups>);
    CHECK(harness.message("join_named", "a/b", kAnn).reply()->body == "5");
    CHECK(harness.message("join_named", "", kAnn).reply()->body == "5");
    for (int i = 0; i < 100; ++i)
        CHECK(harness.message("join_named", "room " + std::to_string(i), kAnn).reply()->body == "0");
    CHECK(harness.message("join_named", "room 7", kAnn).reply()->body == "0");
    CHECK(harness.message("join_named", "one more", kAnn).reply()->body == "3");
}

TEST_CASE("a reply may come later, from another thread")
{
    Harness harness(&query_of<setup_later>);
    const auto one = harness.message("later", "1", kAnn);
    const auto two = harness.message("later", "2", kAnn);
    REQUIRE(one.wait());
    REQUIRE(two.wait());
    CHECK(one.reply()->body == "later 1");
    CHECK(two.reply()->body == "later 2");
    CHECK(harness.wait_until([&] { return harness.posts().size() == 2; }));
    CHECK_FALSE(
        harness.wait_until([&] { return harness.posts().size() == 3; }, std::chrono::milliseconds(0)));
}

TEST_CASE("one plugin can be created several times, each with its own state")
{
    Harness first(&query_of<setup_replies>);
    Harness second(&query_of<setup_replies>);
    CHECK(first.message("send", "1", kAnn).reply()->body == "1");
    CHECK(second.message("send", "2", kAnn).reply()->body == "2");
}

TEST_CASE("the version of the headers is the version of the project")
{
    std::ifstream file(POSTERN_SOURCE_DIR "/CMakeLists.txt");
    std::stringstream text;
    text << file.rdbuf();
    CHECK(text.str().find("project(postern VERSION " POSTERN_VERSION " ") != std::string::npos);
    const std::string parts = std::to_string(POSTERN_VERSION_MAJOR) + "." +
                              std::to_string(POSTERN_VERSION_MINOR) + "." +
                              std::to_string(POSTERN_VERSION_PATCH);
    CHECK(parts == POSTERN_VERSION);
}
